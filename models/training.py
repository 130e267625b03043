"""Training: judge honestly on rows not learned from, then refit on all that is known, register, tell."""

import logging
import time
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from loudong.pipeline.runs import Run
from models import boosting, evaluation, registry, splits
from models.baselines import judge_baselines
from models.calibration import Calibrator, fit_calibrator
from models.champion import record_promotion
from models.drift import SCORE, Histogram, learn_histogram
from models.encoding import encode, learn_categories
from models.features import feature_version, model_features
from models.metrics import Merit, merit
from models.panel import Panel, read_panel
from models.promotion import Verdict, judge, record_verdict
from models.registry import Scorer

if TYPE_CHECKING:
    import lightgbm

CALIBRATION_FOLDS = 3

logger = logging.getLogger(__name__)
Floats = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class TrainedModel:
    """A registered model and how it did on rows it had not seen."""

    model_name: str
    version: str
    alias: str
    protocol: str
    merit: Merit
    rounds: int
    seconds: float
    slices: dict[str, Merit] = field(default_factory=dict)
    verdict: Verdict | None = None

    def summary(self) -> str:
        """One line of figures."""
        merit = self.merit
        area = (
            "not enough data" if merit.auc is None else f"{merit.auc:.3f} ({merit.auc_low:.3f} to {merit.auc_high:.3f})"
        )
        return (
            f"AUC {area}, KS {'unknown' if merit.ks is None else f'{merit.ks:.3f}'}, Brier {merit.brier:.4f} "
            f"on {merit.n:,} customer-dates "
            f"with {merit.bads:,} defaults ({self.protocol})"
        )


def train(run: Run, label_known_before: datetime) -> TrainedModel:
    """Train on the panel of `run`, whose outcomes were known before `label_known_before`, and register the model.

    Every customer-date weighs the same. Raises a LoudongError when there is too little to learn from.
    """
    started = time.monotonic()
    features = model_features()
    panel = read_panel(run, features)
    categories = learn_categories(panel.frame, features)
    values = encode(panel.frame, features, categories)
    if splits.needs_cross_validation(panel, run.portfolio.judged_dates):
        protocol, judged, judged_as = "cross_validation", np.ones(len(panel), dtype=bool), None
        folds = splits.customer_folds(panel.customers)
        pd = unseen_pd(values, panel, folds)
        learned = _learn(values, panel, judged)
    else:
        protocol = "out_of_time"
        learn, judged = splits.out_of_time(panel, run.portfolio.horizon_days)
        folds = [(learn, judged)]
        judged_as = _learn(values, panel, learn)
        pd = judged_as.pd(values[judged])
        learned = _learn_again(values, panel, judged_as)
    logger.info("judged by %s with %s trees of %s leaves", protocol, learned.rounds, learned.leaves)
    merits = evaluation.by_slice(panel, judged, pd)
    for name, baseline in judge_baselines(values, panel, folds).items():
        merits[f"baseline={name}"] = merit(panel.bad[judged], baseline, panel.customers[judged])
    last = panel.dates.max().astype("datetime64[D]").astype(object)
    scorer = Scorer(
        booster=learned.booster,
        calibrator=learned.calibrator,
        categories=categories,
        feature_version=feature_version(features),
        outcomes_until=evaluation.horizon_end(last, run.portfolio.horizon_days),
        reference=_reference(values[panel.dates == panel.dates.max()], learned),
    )
    model_name = registry.model_name(run.portfolio.name)
    record = registry.TrainingRecord(
        run_id=run.run_id,
        protocol=protocol,
        panel=panel,
        judged=judged,
        pd=pd,
        merit=merits["all"],
        rounds=learned.rounds,
        leaves=learned.leaves,
        label_known_before=label_known_before,
        judged_model=None
        if judged_as is None
        else replace(scorer, booster=judged_as.booster, calibrator=judged_as.calibrator),
    )
    version, alias = registry.register(scorer, model_name, record)
    evaluation.record(model_name, version, protocol, merits)
    if alias == registry.CHAMPION:
        record_promotion(model_name, version, None, "first", "loudong", "the first that fits the feature list", None)
    verdict = None if alias == registry.CHAMPION else _compare(model_name, version, record)
    seconds = time.monotonic() - started
    return TrainedModel(model_name, version, alias, protocol, merits["all"], learned.rounds, seconds, merits, verdict)


def _compare(model_name: str, version: str, training: registry.TrainingRecord) -> Verdict | None:
    """What the rule says of the challenger beside the champion; None where either was judged by cross-validation."""
    champion = registry.load_champion()
    before = registry.load_judged(model_name, champion.version)
    if before is None or training.judged_model is None:
        return None
    panel, judged = training.panel, training.judged
    verdict = judge(panel, judged, before.pd(panel.frame[judged]), training.pd)
    record_verdict(model_name, version, champion.version, verdict, panel.dates[judged])
    return verdict


def _reference(values: Floats, learned: "Learned") -> dict[str, Histogram]:
    """How the features that the booster uses, and its scores, are distributed in these rows."""
    gains = learned.booster.feature_importance("gain")
    return {SCORE: learn_histogram(learned.pd(values))} | {
        feature.name: learn_histogram(values[:, place], feature.is_categorical)
        for place, feature in enumerate(model_features())
        if gains[place] > 0
    }


@dataclass(frozen=True)
class Learned:
    """A booster with its calibration curve, and the size and number of its trees."""

    booster: "lightgbm.Booster"
    calibrator: Calibrator
    leaves: int
    rounds: int

    def pd(self, values: Floats) -> Floats:
        """Probabilities of default."""
        return self.calibrator.pd(np.asarray(self.booster.predict(values, raw_score=True)))


def _learn(values: Floats, panel: Panel, rows: Mask) -> Learned:
    """All that is learned from `rows`, and nothing else: size and number of trees, booster and calibration."""
    mine, bad, features = values[rows], panel.bad[rows], model_features()
    choice = boosting.choose(mine, bad, panel.customers[rows], panel.dates[rows], features)
    asked = ~np.isnan(choice.raw)
    calibrator = fit_calibrator(choice.raw[asked], bad[asked])
    booster = boosting.fit(mine, bad, features, choice.leaves, choice.rounds)
    return Learned(booster, calibrator, choice.leaves, choice.rounds)


def _learn_again(values: Floats, panel: Panel, before: Learned) -> Learned:
    """The same size and number of trees fitted on every row, calibrated on boosters that did not know the customer."""
    features, raw = model_features(), np.empty(len(panel))
    for others, mine in splits.customer_folds(panel.customers, CALIBRATION_FOLDS):
        other = boosting.fit(values[others], panel.bad[others], features, before.leaves, before.rounds)
        raw[mine] = other.predict(values[mine], raw_score=True)
    booster = boosting.fit(values, panel.bad, features, before.leaves, before.rounds)
    return replace(before, booster=booster, calibrator=fit_calibrator(raw, panel.bad))


def unseen_pd(values: Floats, panel: Panel, folds: list[tuple[Mask, Mask]]) -> Floats:
    """Probabilities of every row from what was learned, calibration included, from the customers of other folds."""
    pd = np.empty(len(panel))
    for learn, mine in folds:
        pd[mine] = _learn(values, panel, learn).pd(values[mine])
    return pd
