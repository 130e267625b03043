"""Drift: how today's values are distributed beside those that the model learned from, and what chance alone does.

PSI = sum((a - e) ln(a / e)) over bins, the missing among them a bin of their own; an empty cell counts half a row
(arXiv:2303.01227). Under no change PSI is about (1 / n + 1 / m) times chi-square with bins - 1 degrees of freedom.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np

from models.binning import Bins, bin_of, quantile_edges
from models.metrics import Floats

BINS = 10
# The name under which the probability of default is watched beside the features.
SCORE = "pd"
# The chance of any alarm on a date without a change, over all subjects together.
FALSE_ALARMS = 0.01


@dataclass(frozen=True)
class Histogram:
    """Rows per bin: the missing first, then below, between and above `edges` (a value on an edge lies above it)."""

    edges: list[float]
    counts: list[int]

    @property
    def n(self) -> int:
        return sum(self.counts)

    @property
    def missing_share(self) -> float:
        return self.counts[0] / max(self.n, 1)


def learn_histogram(values: Floats, is_code: bool = False) -> Histogram:
    """A histogram in tenths of the known values, or with a bin for each code."""
    known = values[~np.isnan(values)]
    edges = np.unique(known)[1:] if is_code else quantile_edges(known, BINS)
    return Histogram(edges.tolist(), count(values, edges.tolist()).tolist())


def count(values: Floats, edges: list[float]) -> Bins:
    """Rows per bin of a histogram with these edges."""
    return np.bincount(bin_of(values, np.array(edges)), minlength=len(edges) + 2)


@dataclass
class Watched:
    """Today's rows counted in the bins of the reference, batch by batch."""

    reference: dict[str, Histogram]
    counts: dict[str, Bins] = field(default_factory=dict)

    def add(self, columns: Iterable[tuple[str, Floats]]) -> None:
        """Count some rows."""
        for name, values in columns:
            found = count(values, self.reference[name].edges)
            self.counts[name] = self.counts[name] + found if name in self.counts else found

    def histograms(self) -> dict[str, Histogram]:
        """What was counted."""
        return {name: Histogram(self.reference[name].edges, found.tolist()) for name, found in self.counts.items()}


def psi(expected: Histogram, actual: Histogram) -> float:
    """Population stability index of `actual` against `expected`; bins that are empty in both are left out."""
    shares = []
    for histogram in (expected, actual):
        counts = np.maximum(np.array(histogram.counts, dtype=np.float64), 0.5)
        shares.append(counts / max(histogram.n, 1))
    filled = (np.array(expected.counts) + np.array(actual.counts)) > 0
    e, a = shares[0][filled], shares[1][filled]
    return float(((a - e) * np.log(a / e)).sum())


def critical_psi(expected: Histogram, actual: Histogram, subjects: int) -> float:
    """What PSI exceeds by chance, in one of a hundred dates over so many `subjects`."""
    from scipy.stats import chi2

    filled = int(((np.array(expected.counts) + np.array(actual.counts)) > 0).sum())
    if filled < 2:
        return 0.0
    quantile = float(chi2.ppf(1 - FALSE_ALARMS / subjects, filled - 1))
    return quantile * (1 / max(expected.n, 1) + 1 / max(actual.n, 1))


def critical_share(expected: Histogram, actual: Histogram, subjects: int) -> float:
    """By how much the share of missing values differs by chance, likewise (two samples, normal approximation)."""
    from scipy.stats import norm

    n, m = max(expected.n, 1), max(actual.n, 1)
    pooled = (expected.counts[0] + actual.counts[0]) / (n + m)
    return float(norm.ppf(1 - FALSE_ALARMS / subjects / 2) * np.sqrt(pooled * (1 - pooled) * (1 / n + 1 / m)))
