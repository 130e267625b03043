"""Figures of merit of a probability of default, each with its definition."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Names = npt.NDArray[np.str_]
RESAMPLES = 200
# The group of rows of which the group is not known.
UNKNOWN = "unknown"


@dataclass(frozen=True)
class Merit:
    """How well `n` probabilities with `bads` defaults did. None where one class is absent: not enough data."""

    n: int
    bads: int
    auc: float | None
    auc_low: float | None
    auc_high: float | None
    gini: float | None
    ks: float | None
    brier: float
    log_loss: float
    mean_pd: float
    bad_rate: float


def auc(bad: Floats, pd: Floats) -> float:
    """Probability that a bad customer has a higher pd than a good one, ties counting half.

    bad (0, 1, 0, 1), pd (.1, .4, .5, .8): of the four pairs three are in order, so 0.75.
    """
    order = np.argsort(pd, kind="stable")
    _, inverse, counts = np.unique(pd[order], return_inverse=True, return_counts=True)
    last = np.cumsum(counts)
    ranks = np.empty(len(pd))
    ranks[order] = (last - (counts - 1) / 2)[inverse]
    bads = float(bad.sum())
    goods = len(bad) - bads
    return float((ranks[bad == 1].sum() - bads * (bads + 1) / 2) / (bads * goods))


def ks(bad: Floats, pd: Floats) -> float:
    """Largest distance between the cumulative shares of bads and goods over all cut-offs.

    bad (0, 1, 0, 1), pd (.1, .4, .5, .8): at .5 all goods and half of the bads lie at or below, so 0.5.
    """
    order = np.argsort(pd, kind="stable")
    ends = np.flatnonzero(np.r_[np.diff(pd[order]) > 0, True])
    bads = np.cumsum(bad[order])[ends] / bad.sum()
    goods = np.cumsum(1 - bad[order])[ends] / (len(bad) - bad.sum())
    return float(np.abs(bads - goods).max())


def brier(bad: Floats, pd: Floats) -> float:
    """Mean squared distance of pd from the outcome: pd .25 for one bad and three goods gives 0.1875."""
    return float(np.mean((pd - bad) ** 2))


def log_loss(bad: Floats, pd: Floats) -> float:
    """Mean of -ln of the probability given to what happened: pd .5 throughout gives ln 2 = 0.693."""
    return float(-np.mean(bad * np.log(pd) + (1 - bad) * np.log1p(-pd)))


def merit(
    bad: Floats,
    pd: Floats,
    customers: Names,
    buildings: Names | None = None,
    seed: int = 1,
    least: int = 1,
) -> Merit:
    """All figures, the AUC with a 95 % interval from `resamples` of customers, and of buildings where they are given.

    With fewer than `least` bads or goods there is not enough data for AUC and KS.
    """
    both = least <= bad.sum() <= len(bad) - least
    low, high = _interval(bad, pd, customers, buildings, seed) if both else (None, None)
    area = auc(bad, pd) if both else None
    return Merit(
        n=len(bad),
        bads=int(bad.sum()),
        auc=area,
        auc_low=low,
        auc_high=high,
        gini=None if area is None else 2 * area - 1,
        ks=ks(bad, pd) if both else None,
        brier=brier(bad, pd),
        log_loss=log_loss(bad, pd),
        mean_pd=float(pd.mean()),
        bad_rate=float(bad.mean()),
    )


def _interval(bad: Floats, pd: Floats, customers: Names, buildings: Names | None, seed: int) -> tuple[float, float]:
    area = WeightedArea(bad, pd)
    areas = [area.of(weight) for weight in resamples(bad, customers, RESAMPLES, seed, buildings)]
    return float(np.quantile(areas, 0.025)), float(np.quantile(areas, 0.975))


def resamples(bad: Floats, customers: Names, count: int, seed: int, buildings: Names | None = None) -> Iterator[Floats]:
    """Weights of the rows in `count` draws of customers with replacement; a draw without both classes is left out.

    A customer's dates stay together. Where `buildings` are given they are drawn as well and the weights multiplied
    (the pigeonhole bootstrap, Owen 2007), for neighbours share their fate; a customer of no known building has none.
    """
    generator = np.random.default_rng(seed)
    _, codes = np.unique(customers, return_inverse=True)
    _, places = np.unique([] if buildings is None else buildings, return_inverse=True)
    alone = None if buildings is None else buildings == UNKNOWN
    for _ in range(count):
        weight = _draw(generator, codes)
        if alone is not None:
            weight *= np.where(alone, 1.0, _draw(generator, places))
        if 0 < (weight * bad).sum() < weight.sum():
            yield weight


def _draw(generator: np.random.Generator, codes: npt.NDArray[np.int64]) -> Floats:
    """How often each row's cluster is drawn, of as many draws as there are clusters."""
    size = int(codes.max()) + 1
    return generator.multinomial(size, np.full(size, 1 / size))[codes].astype(np.float64)


class WeightedArea:
    """The area under the ROC curve of the same rows under many weights: sorted once, ties counting half."""

    def __init__(self, bad: Floats, pd: Floats) -> None:
        self._order = np.argsort(pd, kind="stable")
        self._bad = bad[self._order]
        self._ends = np.flatnonzero(np.r_[np.diff(pd[self._order]) > 0, True])

    def of(self, weight: Floats) -> float:
        """The area where row i counts weight[i] times."""
        weight = weight[self._order]
        bads = np.diff(np.cumsum(weight * self._bad)[self._ends], prepend=0.0)
        goods = np.diff(np.cumsum(weight * (1 - self._bad))[self._ends], prepend=0.0)
        below = np.cumsum(goods) - goods / 2
        return float((bads * below).sum() / (bads.sum() * goods.sum()))
