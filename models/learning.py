"""What is learned from some rows of a panel and nothing else: shape and number of trees, booster and calibration."""

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from models import boosting, tuning
from models.boosting import Shape
from models.calibration import Calibrator, fit_calibrator
from models.features import model_features
from models.metrics import Floats
from models.panel import Panel
from models.splits import Mask, customer_folds

if TYPE_CHECKING:
    import lightgbm

CALIBRATION_FOLDS = 3


@dataclass(frozen=True)
class Learned:
    """A booster with its calibration curve, the shape and number of its trees, and how many shapes were tried."""

    booster: "lightgbm.Booster"
    calibrator: Calibrator
    shape: Shape
    rounds: int
    trials: int

    def pd(self, values: Floats) -> Floats:
        """Probabilities of default."""
        return self.calibrator.pd(np.asarray(self.booster.predict(values, raw_score=True)))


def learn(panel: Panel, rows: Mask) -> Learned:
    """Learn from `rows`: the curve is fitted on rows whose customers the boosters that chose the shape did not know."""
    mine, bad, features = _only(panel.values, rows), panel.bad[rows], model_features()
    choice = tuning.choose(mine, bad, panel.customers[rows], panel.dates[rows], features)
    asked = ~np.isnan(choice.raw)
    calibrator = fit_calibrator(choice.raw[asked], bad[asked])
    booster = boosting.fit(mine, bad, features, choice.shape, choice.rounds)
    return Learned(booster, calibrator, choice.shape, choice.rounds, choice.trials)


def learn_again(panel: Panel, before: Learned) -> Learned:
    """The same shape and number of trees fitted on every row, calibrated on boosters that did not know the customer."""
    features, raw = model_features(), np.empty(len(panel))
    for others, mine in customer_folds(panel.customers, CALIBRATION_FOLDS):
        other = boosting.fit(panel.values[others], panel.bad[others], features, before.shape, before.rounds)
        raw[mine] = other.predict(panel.values[mine], raw_score=True)
    booster = boosting.fit(panel.values, panel.bad, features, before.shape, before.rounds)
    return replace(before, booster=booster, calibrator=fit_calibrator(raw, panel.bad))


def unseen_pd(panel: Panel, folds: list[tuple[Mask, Mask]]) -> Floats:
    """Probabilities of every row from what was learned, calibration included, from the customers of other folds."""
    pd = np.empty(len(panel))
    for others, mine in folds:
        pd[mine] = learn(panel, others).pd(panel.values[mine])
    return pd


def _only(values: Floats, rows: Mask) -> Floats:
    """The rows asked for, without a copy where those are all."""
    return values if rows.all() else values[rows]
