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
from models.calibration import Calibrator, fit_calibrator
from models.champion import record_promotion
from models.encoding import encode, learn_categories
from models.features import feature_version, model_features
from models.metrics import Merit
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
    everyone = np.ones(len(panel), dtype=bool)
    if splits.needs_cross_validation(panel, run.portfolio.judged_dates):
        protocol, judged = "cross_validation", everyone
        raw, rounds = _unseen_scores(values, panel, everyone, splits.FOLDS)
        pd = _cross_calibrated(raw, panel, splits.FOLDS)
        judged_as = None
    else:
        protocol = "out_of_time"
        learn, judged = splits.out_of_time(panel, run.portfolio.horizon_days)
        judged_as = _learned_before(values, panel, learn)
        rounds = judged_as[0].num_trees()
        pd = judged_as[1].pd(np.asarray(judged_as[0].predict(values[judged], raw_score=True)))
        raw, _ = _unseen_scores(values, panel, everyone, CALIBRATION_FOLDS, rounds)
    logger.info("judged by %s with %s trees", protocol, rounds)
    merits = evaluation.by_slice(panel, judged, pd)
    booster = boosting.fit(values, panel.bad, features, rounds)
    last = panel.dates.max().astype("datetime64[D]").astype(object)
    scorer = Scorer(
        booster=booster,
        calibrator=fit_calibrator(raw, panel.bad),
        categories=categories,
        feature_version=feature_version(features),
        outcomes_until=evaluation.horizon_end(last, run.portfolio.horizon_days),
    )
    model_name = registry.model_name(run.portfolio.name)
    record = registry.TrainingRecord(
        run_id=run.run_id,
        protocol=protocol,
        panel=panel,
        judged=judged,
        pd=pd,
        merit=merits["all"],
        rounds=rounds,
        label_known_before=label_known_before,
        judged_model=judged_as and replace(scorer, booster=judged_as[0], calibrator=judged_as[1]),
    )
    version, alias = registry.register(scorer, model_name, record)
    evaluation.record(model_name, version, protocol, merits)
    if alias == registry.CHAMPION:
        record_promotion(model_name, version, None, "first", "loudong", "the first that fits the feature list", None)
    verdict = None if alias == registry.CHAMPION else _compare(model_name, version, record)
    seconds = time.monotonic() - started
    return TrainedModel(model_name, version, alias, protocol, merits["all"], rounds, seconds, merits, verdict)


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


def _unseen_scores(
    values: Floats, panel: Panel, rows: Mask, folds: int, rounds: int | None = None
) -> tuple[Floats, int]:
    """Raw scores of `rows` from boosters that did not learn from the row's customer, and the trees they had."""
    features = model_features()
    fold = splits.customer_fold(panel.customers, folds)
    raw = np.full(len(panel), np.nan)
    used = []
    for number in range(folds):
        learn = rows & (fold != number)
        count = rounds or boosting.best_rounds(
            values[learn], panel.bad[learn], panel.customers[learn], panel.dates[learn], features
        )
        booster = boosting.fit(values[learn], panel.bad[learn], features, count)
        judge = rows & (fold == number)
        raw[judge] = booster.predict(values[judge], raw_score=True)
        used.append(count)
    return raw[rows], int(np.mean(used))


def _cross_calibrated(raw: Floats, panel: Panel, folds: int) -> Floats:
    """Probabilities of unseen rows through curves fitted on the other folds."""
    fold = splits.customer_fold(panel.customers, folds)
    pd = np.empty(len(panel))
    for number in range(folds):
        here = fold == number
        pd[here] = fit_calibrator(raw[~here], panel.bad[~here]).pd(raw[here])
    return pd


def _learned_before(values: Floats, panel: Panel, learn: Mask) -> tuple["lightgbm.Booster", Calibrator]:
    """A booster and its calibration from nothing but the rows of `learn`."""
    raw, rounds = _unseen_scores(values, panel, learn, CALIBRATION_FOLDS)
    booster = boosting.fit(values[learn], panel.bad[learn], model_features(), rounds)
    return booster, fit_calibrator(raw, panel.bad[learn])
