"""Champion and challenger on the same rows: how much better, with intervals that know the noise."""

from dataclasses import dataclass

import numpy as np

from models.metrics import Floats, Names, WeightedArea, resamples

RESAMPLES = 400
# 95 % of the resampled gains lie between these.
LOW, HIGH = 0.025, 0.975


@dataclass(frozen=True)
class Gain:
    """What the challenger gains over the champion, and the 95 % interval over customers drawn anew."""

    value: float
    low: float
    high: float


@dataclass(frozen=True)
class Contest:
    """Both models on `n` rows with `bads` defaults; None where one class is absent: not enough data."""

    n: int
    bads: int
    auc_champion: float | None = None
    auc_challenger: float | None = None
    auc_gain: Gain | None = None
    log_loss_gain: Gain | None = None


def contest(
    bad: Floats,
    champion: Floats,
    challenger: Floats,
    customers: Names,
    buildings: Names | None = None,
    seed: int = 1,
) -> Contest:
    """Compare two sets of probabilities of the same rows, pair by pair.

    Customers, and buildings where they are given, are drawn with replacement, and both models are judged on each draw:
    what they have in common cancels out (a paired cluster bootstrap, Efron and Tibshirani 1993). A gain in log loss is
    the champion's less the challenger's.
    """
    n, bads = len(bad), int(bad.sum())
    if not 0 < bads < n:
        return Contest(n, bads)
    areas = WeightedArea(bad, champion), WeightedArea(bad, challenger)
    losses = _losses(bad, champion) - _losses(bad, challenger)
    gains = np.array(
        [
            (areas[1].of(weight) - areas[0].of(weight), float(np.average(losses, weights=weight)))
            for weight in resamples(bad, customers, RESAMPLES, seed, buildings)
        ]
    )
    even = np.ones(n)
    first, second = areas[0].of(even), areas[1].of(even)
    return Contest(
        n=n,
        bads=bads,
        auc_champion=first,
        auc_challenger=second,
        auc_gain=_gain(second - first, gains[:, 0]),
        log_loss_gain=_gain(float(losses.mean()), gains[:, 1]),
    )


def _gain(value: float, drawn: Floats) -> Gain:
    return Gain(value, float(np.quantile(drawn, LOW)), float(np.quantile(drawn, HIGH)))


def _losses(bad: Floats, pd: Floats) -> Floats:
    loss: Floats = -(bad * np.log(pd) + (1 - bad) * np.log1p(-pd))
    return loss
