"""Bins of a column: 0 for the missing, then below, between and above the edges; a value on an edge lies above it."""

import numpy as np
import numpy.typing as npt

from models.metrics import Floats

Bins = npt.NDArray[np.int64]


def quantile_edges(known: Floats, bins: int) -> Floats:
    """Edges that part the known values into at most so many bins of about the same size."""
    if not len(known):
        return np.array([])
    edges = np.unique(np.quantile(known, np.arange(1, bins) / bins, method="higher"))
    edges = edges[edges > known.min()]
    # Where nearly all share the least value, the others are a bin of their own.
    return edges if len(edges) else np.unique(known)[1:2]


def bin_of(values: Floats, edges: Floats) -> Bins:
    """The bin of each value."""
    return np.where(np.isnan(values), 0, np.searchsorted(edges, values, side="right") + 1)
