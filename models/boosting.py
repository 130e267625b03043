"""LightGBM: many shallow trees, seeded and deterministic, with the certain signs as constraints."""

import os
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from models.features import Feature
from models.metrics import Floats

if TYPE_CHECKING:
    import lightgbm

# Read when LightGBM starts its threads: those that wait sleep, so that a busy machine slows training in proportion.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")

PARAMETERS: dict[str, Any] = {
    "objective": "binary",
    # Small steps: which rows and columns a tree saw by chance evens out over many of them.
    "learning_rate": 0.015,
    "bagging_fraction": 0.6,
    "bagging_freq": 1,
    "max_bin": 63,
    "seed": 7,
    "deterministic": True,
    "force_row_wise": True,
    "verbosity": -1,
}
Folds = list[tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]]
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
        "rounds": [MOST_ROUNDS, PATIENCE_ROUNDS, LEAST_ROUNDS, SEARCH_STEP],
        "threads": [THREADS, LEAST_ROWS_FOR_THREADS],
        "lightgbm": lightgbm.__version__,
    }


@dataclass(frozen=True)
class Shape:
    """What is tuned of a booster, in LightGBM's names: how large trees are, and how freely they learn."""

    num_leaves: int
    min_data_in_leaf: int = 60
    feature_fraction: float = 0.3
    lambda_l2: float = 10.0


def fit(values: Floats, bad: Floats, features: tuple[Feature, ...], shape: Shape, rounds: int) -> "lightgbm.Booster":
    """A booster of exactly `rounds` trees of `shape` on all rows given."""
    import lightgbm

    parameters = _parameters(features, len(values), shape)
    return lightgbm.train(parameters, _dataset(values, bad, features), num_boost_round=rounds)


def cross_validate(
    values: Floats, bad: Floats, features: tuple[Feature, ...], shape: Shape, folds: Folds
) -> tuple[float, int, Floats]:
    """The least mean log loss over the folds (rows that learn, rows that judge) that trees of `shape` reach, with how
    many of them, and what they say (log odds) of the rows that judge; NaN for the others."""
    import lightgbm

    told = lightgbm.cv(
        _parameters(features, len(values), shape) | {"learning_rate": SEARCH_STEP * PARAMETERS["learning_rate"]},
        _dataset(values, bad, features),
        num_boost_round=MOST_ROUNDS,
        folds=folds,
        callbacks=[lightgbm.early_stopping(PATIENCE_ROUNDS, verbose=False)],
        return_cvbooster=True,
    )
    losses: list[float] = told["valid binary_logloss-mean"]  # type: ignore[assignment]  # ends where it was least
    rounds = max(len(losses), LEAST_ROUNDS)
    raw = np.full(len(bad), np.nan)
    for booster, (_, judge) in zip(told["cvbooster"].boosters, folds, strict=True):  # type: ignore[union-attr]
        raw[judge] = booster.predict(values[judge], raw_score=True, num_iteration=rounds)
    return losses[-1], SEARCH_STEP * rounds, raw


def _parameters(features: tuple[Feature, ...], rows: int, shape: Shape) -> dict[str, Any]:
    told = {
        "num_threads": THREADS if rows >= LEAST_ROWS_FOR_THREADS else 1,
        "monotone_constraints": [feature.monotone for feature in features],
        "monotone_constraints_method": "basic",
    }
    return PARAMETERS | asdict(shape) | told


def _dataset(values: Floats, bad: Floats, features: tuple[Feature, ...]) -> "lightgbm.Dataset":
    import lightgbm

    return lightgbm.Dataset(values, bad, feature_name=[feature.name for feature in features], free_raw_data=False)
