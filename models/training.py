"""Training: judge honestly on rows not learned from, then refit on all that is known, register, tell."""

import logging
import time
from dataclasses import dataclass, field, replace
from datetime import datetime

import numpy as np
import numpy.typing as npt

from loudong.pipeline.runs import Run
from models import evaluation, registry, reliability, splits
from models.baselines import judge_baselines
from models.card import model_card
from models.champion import record_promotion
from models.drift import SCORE, Histogram, Watched, learn_histogram, psi
from models.encoding import recode
from models.features import feature_version, model_features
from models.learning import Learned, learn, learn_again, unseen_pd
from models.metrics import Merit, merit
from models.panel import read_panel
from models.promotion import Verdict, judge, record_verdict
from models.scorer import Scorer

logger = logging.getLogger(__name__)
Floats = npt.NDArray[np.float64]


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
    if splits.needs_cross_validation(panel, run.portfolio.judged_dates):
        protocol, judged, judged_as = "cross_validation", np.ones(len(panel), dtype=bool), None
        drift: dict[str, float] = {}
        folds = splits.customer_folds(panel.customers)
        pd = unseen_pd(panel, folds)
        learned = learn(panel, judged)
    else:
        protocol = "out_of_time"
        earlier, judged = splits.out_of_time(panel, run.portfolio.horizon_days)
        folds = [(earlier, judged)]
        judged_as = learn(panel, earlier)
        pd = judged_as.pd(panel.values[judged])
        learned = learn_again(panel, judged_as)
        drift = _drift(panel.values[earlier], panel.values[judged], judged_as)
    logger.info("judged by %s with %s trees: %s", protocol, learned.rounds, learned.shape)
    merits = evaluation.by_slice(panel, judged, pd)
    for name, baseline in judge_baselines(panel, folds).items():
        buildings = None if panel.buildings is None else panel.buildings[judged]
        merits[f"baseline={name}"] = merit(panel.bad[judged], baseline, panel.customers[judged], buildings)
    bins, listed = reliability.judge_reliability(panel, judged, pd)
    last = panel.dates.max().astype("datetime64[D]").astype(object)
    scorer = Scorer(
        booster=learned.booster,
        calibrator=learned.calibrator,
        categories=panel.categories,
        feature_version=feature_version(features),
        outcomes_until=evaluation.horizon_end(last, run.portfolio.horizon_days),
        reference=_reference(panel.values[panel.dates == panel.dates.max()], learned),
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
        shape=learned.shape,
        trials=learned.trials,
        label_known_before=label_known_before,
        drift=drift,
        judged_model=None
        if judged_as is None
        else replace(scorer, booster=judged_as.booster, calibrator=judged_as.calibrator),
    )
    version, alias = registry.register(scorer, model_name, record, model_card(run, record, bins, listed))
    evaluation.record(model_name, version, protocol, merits)
    reliability.record_reliability(model_name, version, protocol, bins, listed)
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
    values = recode(panel.values[judged], model_features(), panel.categories, before.categories)
    verdict = judge(panel, judged, before.pd_encoded(values), training.pd)
    record_verdict(model_name, version, champion.version, verdict, panel.dates[judged])
    return verdict


def _drift(earlier: Floats, judged: Floats, learned: Learned) -> dict[str, float]:
    """PSI of what the model uses, and of its scores, from the rows it learned from to those it was judged on."""
    before = _reference(earlier, learned)
    after = Watched(before)
    places = {feature.name: place for place, feature in enumerate(model_features())}
    after.add((name, learned.pd(judged) if name == SCORE else judged[:, places[name]]) for name in before)
    return {name: psi(before[name], histogram) for name, histogram in after.histograms().items()}


def _reference(values: Floats, learned: Learned) -> dict[str, Histogram]:
    """How the features that the booster uses, and its scores, are distributed in these rows."""
    gains = learned.booster.feature_importance("gain")
    return {SCORE: learn_histogram(learned.pd(values))} | {
        feature.name: learn_histogram(values[:, place], feature.is_categorical)
        for place, feature in enumerate(model_features())
        if gains[place] > 0
    }
