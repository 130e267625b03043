"""LightGBM: one way to fit, seeded and deterministic, with the certain signs as constraints."""

import os
from typing import TYPE_CHECKING, Any

import numpy as np

from loudong.errors import LoudongError
from models.features import Feature
from models.splits import customer_fold

if TYPE_CHECKING:
    import lightgbm

# Read when LightGBM starts its threads: those that wait sleep, so that a busy machine slows training in proportion.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")

PARAMETERS: dict[str, Any] = {
    "objective": "binary",
    "learning_rate": 0.03,
    "num_leaves": 15,
    "min_data_in_leaf": 60,
    "feature_fraction": 0.4,
    "bagging_fraction": 0.8,
    "bagging_freq": 1,
    "lambda_l2": 10.0,
    "max_bin": 127,
    "seed": 7,
    "deterministic": True,
    "force_row_wise": True,
    "verbosity": -1,
}
# Two threads wait for each other at every leaf: on a small panel that costs more than it brings.
THREADS, LEAST_ROWS_FOR_THREADS = 2, 20_000
MOST_ROUNDS = 1500
PATIENCE_ROUNDS = 60
# Of the customers who learn, one in this many stops the boosting instead.
STOPPING_FOLDS = 6


def fit(values: "np.ndarray", bad: "np.ndarray", features: tuple[Feature, ...], rounds: int) -> "lightgbm.Booster":
    """A booster of exactly `rounds` trees on all rows given."""
    import lightgbm

    parameters = _parameters(features, len(values))
    return lightgbm.train(parameters, _dataset(values, bad, features), num_boost_round=rounds)


def best_rounds(
    values: "np.ndarray",
    bad: "np.ndarray",
    customers: "np.ndarray",
    dates: "np.ndarray",
    features: tuple[Feature, ...],
) -> int:
    """How many trees: boosting stops on customers (by hash) that it does not learn from, on the later half of dates.

    On all of their dates where the later ones show no default. Raises a LoudongError when no customer can be set aside.
    """
    import lightgbm

    stopping = customer_fold(customers, STOPPING_FOLDS, "stopping") == 0
    middle = np.sort(np.unique(dates))[len(np.unique(dates)) // 2]
    late = stopping & (dates >= middle)
    judge = late if 0 < bad[late].sum() < late.sum() else stopping
    if not judge.any() or judge.all():
        raise LoudongError(
            f"too few customers to learn from: of {len(np.unique(customers))} none can be set aside to stop the "
            "boosting; load more customers"
        )
    learned = _dataset(values[~stopping], bad[~stopping], features)
    judged = lightgbm.Dataset(values[judge], bad[judge], reference=learned)
    booster = lightgbm.train(
        _parameters(features, len(values)),
        learned,
        num_boost_round=MOST_ROUNDS,
        valid_sets=[judged],
        callbacks=[lightgbm.early_stopping(PATIENCE_ROUNDS, verbose=False)],
    )
    return max(booster.best_iteration, 10)


def _parameters(features: tuple[Feature, ...], rows: int) -> dict[str, Any]:
    return PARAMETERS | {
        "num_threads": THREADS if rows >= LEAST_ROWS_FOR_THREADS else 1,
        "monotone_constraints": [feature.monotone for feature in features],
        "monotone_constraints_method": "basic",
    }


def _dataset(values: "np.ndarray", bad: "np.ndarray", features: tuple[Feature, ...]) -> "lightgbm.Dataset":
    import lightgbm

    return lightgbm.Dataset(values, bad, feature_name=[feature.name for feature in features], free_raw_data=False)
