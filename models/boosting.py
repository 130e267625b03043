"""LightGBM: many shallow trees, seeded and deterministic, with the certain signs as constraints."""

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from loudong.errors import TooLittleError
from models.features import Feature
from models.metrics import Floats
from models.splits import customer_fold

if TYPE_CHECKING:
    import lightgbm

# Read when LightGBM starts its threads: those that wait sleep, so that a busy machine slows training in proportion.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")

PARAMETERS: dict[str, Any] = {
    "objective": "binary",
    # Small steps: which rows and columns a tree saw by chance evens out over many of them.
    "learning_rate": 0.015,
    "min_data_in_leaf": 60,
    "feature_fraction": 0.3,
    "bagging_fraction": 0.6,
    "bagging_freq": 1,
    "lambda_l2": 10.0,
    "max_bin": 63,
    "seed": 7,
    "deterministic": True,
    "force_row_wise": True,
    "verbosity": -1,
}
# Nearly additive trees for portfolios that are small or plain, larger ones where interactions pay: data decide.
LEAVES = (4, 12)
INNER_FOLDS = 5
# Two threads wait for each other at every leaf: on a small panel that costs more than it brings.
THREADS, LEAST_ROWS_FOR_THREADS = 2, 20_000
# How many trees is asked with larger steps, as many times fewer of them; what is fitted then takes the small ones.
SEARCH_STEP = 2
MOST_ROUNDS, PATIENCE_ROUNDS, LEAST_ROUNDS = 2000, 50, 5


def recipe() -> dict[str, Any]:
    """All that decides a booster beside its rows."""
    import lightgbm

    return {
        "parameters": PARAMETERS,
        "leaves": LEAVES,
        "folds": INNER_FOLDS,
        "rounds": [MOST_ROUNDS, PATIENCE_ROUNDS, LEAST_ROUNDS, SEARCH_STEP],
        "threads": [THREADS, LEAST_ROWS_FOR_THREADS],
        "lightgbm": lightgbm.__version__,
    }


@dataclass(frozen=True)
class Choice:
    """How large the trees are and how many, and what such boosters say (log odds) of rows whose customers they did not
    learn from; NaN for rows that were not asked about."""

    leaves: int
    rounds: int
    raw: Floats


def choose(
    values: Floats,
    bad: Floats,
    customers: npt.NDArray[np.str_],
    dates: npt.NDArray[np.datetime64],
    features: tuple[Feature, ...],
) -> Choice:
    """Of `LEAVES` and all numbers of trees those with the least log loss on customers (by hash) not learned from.

    They judge on the later half of their dates; on all of them where a fold's later ones show no default. Raises a
    TooLittleError when there are too few customers for that.
    """
    pairs = inner_folds(bad, customers, dates)
    tried = [_try(values, bad, features, leaves, pairs) for leaves in LEAVES]
    return min(tried, key=lambda one: one[0])[1]


def fit(values: Floats, bad: Floats, features: tuple[Feature, ...], leaves: int, rounds: int) -> "lightgbm.Booster":
    """A booster of exactly `rounds` trees of at most `leaves` leaves on all rows given."""
    import lightgbm

    parameters = _parameters(features, len(values), leaves)
    return lightgbm.train(parameters, _dataset(values, bad, features), num_boost_round=rounds)


def inner_folds(
    bad: Floats, customers: npt.NDArray[np.str_], dates: npt.NDArray[np.datetime64]
) -> list[tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]]:
    """(rows that learn, rows that judge) of each fold of customers in which both hold goods and bads."""
    fold = customer_fold(customers, INNER_FOLDS, "inner")
    middle = np.sort(np.unique(dates))[len(np.unique(dates)) // 2]
    pairs = []
    for number in range(INNER_FOLDS):
        held = fold == number
        late = held & (dates >= middle)
        judge = late if 0 < bad[late].sum() < late.sum() else held
        if 0 < bad[judge].sum() < judge.sum() and 0 < bad[~held].sum() < (~held).sum():
            pairs.append((np.flatnonzero(~held), np.flatnonzero(judge)))
    if not pairs:
        raise TooLittleError(
            f"too few customers to learn from: of {len(np.unique(customers))} none can be set aside to find the "
            "number of trees; load more customers"
        )
    return pairs


def _try(
    values: Floats,
    bad: Floats,
    features: tuple[Feature, ...],
    leaves: int,
    pairs: list[tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]],
) -> tuple[float, Choice]:
    """The least mean log loss over the folds that trees of so many leaves reach, and with how many of them."""
    import lightgbm

    told = lightgbm.cv(
        _parameters(features, len(values), leaves) | {"learning_rate": SEARCH_STEP * PARAMETERS["learning_rate"]},
        _dataset(values, bad, features),
        num_boost_round=MOST_ROUNDS,
        folds=pairs,
        callbacks=[lightgbm.early_stopping(PATIENCE_ROUNDS, verbose=False)],
        return_cvbooster=True,
    )
    losses: list[float] = told["valid binary_logloss-mean"]  # type: ignore[assignment]  # ends where it was least
    rounds = max(len(losses), LEAST_ROUNDS)
    raw = np.full(len(bad), np.nan)
    for booster, (_, judge) in zip(told["cvbooster"].boosters, pairs, strict=True):  # type: ignore[union-attr]
        raw[judge] = booster.predict(values[judge], raw_score=True, num_iteration=rounds)
    return losses[-1], Choice(leaves, SEARCH_STEP * rounds, raw)


def _parameters(features: tuple[Feature, ...], rows: int, leaves: int) -> dict[str, Any]:
    return PARAMETERS | {
        "num_leaves": leaves,
        "num_threads": THREADS if rows >= LEAST_ROWS_FOR_THREADS else 1,
        "monotone_constraints": [feature.monotone for feature in features],
        "monotone_constraints_method": "basic",
    }


def _dataset(values: Floats, bad: Floats, features: tuple[Feature, ...]) -> "lightgbm.Dataset":
    import lightgbm

    return lightgbm.Dataset(values, bad, feature_name=[feature.name for feature in features], free_raw_data=False)
