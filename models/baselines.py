"""What a model must beat: the rule that everyone has, and the scorecard that risk teams know.

Both judge the same rows as the model and learn from the same rows.
"""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from models.binning import Bins, bin_of, quantile_edges
from models.calibration import Calibrator, fit_calibrator
from models.features import Feature, model_features
from models.metrics import Floats
from models.panel import Panel
from models.splits import Mask

# The worst that is known of a customer's arrears in twelve months, and how many days past due one of it is.
WORST_BUCKET = {"dpd_days": 1, "worst_dpd_365d_days": 1, "reported_worst_12m": 30}
DAYS_A_MONTH = 30
# A scorecard has few bins where there are few bads to fill them; a bin needs this many rows.
LEAST_BINS, MOST_BINS, BADS_PER_BIN, LEAST_ROWS = 5, 10, 150, 30
# Prior variance of the log odds of a bin.
PENALTY = 0.02
MOST_ITERATIONS = 500
# A scorecard of so many rows is as good as one of all, and learned in seconds.
MOST_ROWS, SEED = 30_000, 7


def worst_bucket(values: Floats, features: tuple[Feature, ...]) -> Floats:
    """Days past due at their worst; 0 where no arrears are known."""
    place = {feature.name: position for position, feature in enumerate(features)}
    known = [values[:, place[name]] * days for name, days in WORST_BUCKET.items()]
    worst: Floats = np.nan_to_num(np.column_stack(known), nan=0.0).max(axis=1).clip(min=0)
    return worst


def judge_baselines(panel: Panel, folds: Iterable[tuple[Mask, Mask]]) -> dict[str, Floats]:
    """Probabilities that each baseline gives the rows that judge, in the order of the panel; for each pair (rows that
    learn, rows that judge) learned from the former alone."""
    values, features = panel.values, model_features()
    worst = worst_bucket(values, features) / DAYS_A_MONTH
    told = {name: np.full(len(panel), np.nan) for name in ("worst_bucket", "scorecard")}
    for learn, judge in folds:
        told["worst_bucket"][judge] = fit_calibrator(worst[learn], panel.bad[learn]).pd(worst[judge])
        card = fit_scorecard(values[learn], panel.bad[learn], features)
        told["scorecard"][judge] = Calibrator(1.0, 0.0).pd(card.raw(values[judge]))
    return {name: pd[~np.isnan(pd)] for name, pd in told.items()}


@dataclass(frozen=True)
class Scorecard:
    """Logistic regression on bins: every feature in quantiles and a bin for null, every code a bin (Siddiqi 2006).

    `edges` holds each feature's lower edges, or known codes; `points` the log odds of each bin: null, rare or unseen
    text, then in order.
    """

    features: tuple[Feature, ...]
    edges: list[Floats]
    points: list[Floats]
    intercept: float

    def raw(self, values: Floats) -> Floats:
        """Log odds of rows of encoded features."""
        codes = _codes(values, self.features, self.edges)
        return np.asarray(self.intercept + sum(points[codes[:, i]] for i, points in enumerate(self.points)))


def fit_scorecard(values: Floats, bad: Floats, features: tuple[Feature, ...]) -> Scorecard:
    """The scorecard of rows of encoded features and their outcomes."""
    from scipy import sparse
    from sklearn.linear_model import LogisticRegression

    if len(bad) > MOST_ROWS:
        chosen = np.random.default_rng(SEED).choice(len(bad), MOST_ROWS, replace=False)
        values, bad = values[chosen], bad[chosen]
    bins = int(np.clip(bad.sum() // BADS_PER_BIN, LEAST_BINS, MOST_BINS))
    edges = [_edges(values[:, i], feature, bins) for i, feature in enumerate(features)]
    codes = _codes(values, features, edges)
    widths = np.array([len(edge) + 2 for edge in edges])
    starts = np.r_[0, np.cumsum(widths)[:-1]]
    rows, count = codes.shape
    ones, row_of = np.ones(rows * count, dtype=np.float32), np.repeat(np.arange(rows), count)
    binned = sparse.csr_matrix((ones, (row_of, (codes + starts).ravel())), shape=(rows, int(widths.sum())))
    model = LogisticRegression(C=PENALTY, max_iter=MOST_ITERATIONS).fit(binned, bad)
    weights = np.asarray(model.coef_[0], dtype=np.float64)
    points = [weights[start : start + width] for start, width in zip(starts, widths, strict=True)]
    return Scorecard(features, edges, points, float(model.intercept_[0]))


def _edges(column: Floats, feature: Feature, bins: int) -> Floats:
    known = column[~np.isnan(column)]
    if feature.is_categorical:
        codes, counts = np.unique(known, return_counts=True)
        return codes[counts >= LEAST_ROWS]
    return np.array([]) if len(known) < LEAST_ROWS else quantile_edges(known, bins)


def _codes(values: Floats, features: tuple[Feature, ...], edges: list[Floats]) -> Bins:
    codes = np.zeros(values.shape, dtype=np.int64)
    for i, (feature, edge) in enumerate(zip(features, edges, strict=True)):
        column = values[:, i]
        if feature.is_categorical:
            codes[:, i] = np.where(np.isin(column, edge), np.searchsorted(edge, column) + 2, 1)
        else:
            codes[:, i] = bin_of(column, edge)
    codes[np.isnan(values)] = 0
    return codes
