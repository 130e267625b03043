"""Figures of merit of a probability of default, each with its definition."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
RESAMPLES = 200


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


def merit(bad: Floats, pd: Floats, customers: npt.NDArray[np.str_], seed: int = 1) -> Merit:
    """All figures, the AUC with a 95 % interval from resampling customers (a customer's dates stay together)."""
    both = 0 < bad.sum() < len(bad)
    low, high = _interval(bad, pd, customers, seed) if both else (None, None)
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


def _interval(bad: Floats, pd: Floats, customers: npt.NDArray[np.str_], seed: int) -> tuple[float, float]:
    _, codes = np.unique(customers, return_inverse=True)
    order = np.argsort(pd, kind="stable")
    bad, pd, codes = bad[order], pd[order], codes[order]
    ends = np.flatnonzero(np.r_[np.diff(pd) > 0, True])
    generator = np.random.default_rng(seed)
    areas = []
    for _ in range(RESAMPLES):
        weight = generator.multinomial(codes.max() + 1, np.full(codes.max() + 1, 1 / (codes.max() + 1)))[codes]
        bads = np.diff(np.cumsum(weight * bad)[ends], prepend=0.0)
        goods = np.diff(np.cumsum(weight * (1 - bad))[ends], prepend=0.0)
        if bads.sum() and goods.sum():
            below = np.cumsum(goods) - goods / 2
            areas.append(float((bads * below).sum() / (bads.sum() * goods.sum())))
    return float(np.quantile(areas, 0.025)), float(np.quantile(areas, 0.975))
