"""How large trees are and how freely they learn: Optuna searches within a stated time, judged by customers not learned
from."""

import logging
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from loudong.errors import TooLittleError
from loudong.settings import get_settings
from models.boosting import Folds, Shape, cross_validate
from models.features import Feature
from models.metrics import Floats
from models.splits import customer_fold

if TYPE_CHECKING:
    import optuna

logger = logging.getLogger(__name__)

# Nearly additive trees for portfolios that are small or plain, larger ones where interactions pay. Always tried, first.
STARTING_SHAPES = (Shape(num_leaves=4), Shape(num_leaves=12))
SEED, INNER_FOLDS = 7, 5
# Of many shapes the best owes something to chance: it must beat the best starting shape by so many standard errors.
LEAST_STANDARD_ERRORS = 2


@dataclass(frozen=True)
class Choice:
    """The shape that did best and its number of trees, after `trials` shapes; `raw` is what boosters of them say (log
    odds) of rows whose customers they did not learn from, NaN for rows that were not asked about."""

    shape: Shape
    rounds: int
    raw: Floats
    trials: int


@dataclass(frozen=True)
class _Tried:
    """One trial: its log loss, and what a Choice says of it."""

    loss: float
    shape: Shape
    rounds: int
    raw: Floats


def recipe() -> dict[str, Any]:
    """All that decides the choice beside the rows, up to where time runs out."""
    import optuna

    return {
        "starting": [asdict(shape) for shape in STARTING_SHAPES],
        "folds": INNER_FOLDS,
        "trials": get_settings().tuning_trials,
        "seconds": get_settings().tuning_seconds,
        "optuna": optuna.__version__,
    }


def choose(
    values: Floats,
    bad: Floats,
    customers: npt.NDArray[np.str_],
    dates: npt.NDArray[np.datetime64],
    features: tuple[Feature, ...],
) -> Choice:
    """The shape and number of trees with the least log loss on customers (by hash) not learned from.

    They judge on the later half of their dates; on all of them where a fold's later ones show no default. After the
    starting shapes, a tree-structured Parzen estimator proposes others, up to `tuning_trials` in all; no trial begins
    after `tuning_seconds`. One of them is taken where it beats the better starting shape by more than chance. The same
    data give the same choice unless time cuts the search short, which is logged. Raises a TooLittleError when there are
    too few customers to judge.
    """
    import optuna

    folds = inner_folds(bad, customers, dates)
    tried: list[_Tried] = []

    def _loss(trial: "optuna.Trial") -> float:
        shape = _propose(trial)
        loss, rounds, raw = cross_validate(values, bad, features, shape, folds)
        tried.append(_Tried(loss, shape, rounds, raw))
        return loss

    optuna.logging.set_verbosity(optuna.logging.WARNING)
    study = optuna.create_study(sampler=optuna.samplers.TPESampler(seed=SEED))
    for shape in STARTING_SHAPES:
        study.enqueue_trial(asdict(shape))
    study.optimize(_loss, n_trials=len(STARTING_SHAPES))
    start = best = min(tried, key=lambda one: one.loss)
    limit, seconds = get_settings().tuning_trials, get_settings().tuning_seconds
    if limit > len(tried):
        study.optimize(_loss, n_trials=limit - len(tried), timeout=seconds)
        best = min(tried, key=lambda one: one.loss)
    if limit > len(tried):
        logger.info(
            "tuning ended after %s of %s trials: LOUDONG_TUNING_SECONDS (%s) were up", len(tried), limit, seconds
        )
    if best is not start and standard_errors(bad, customers, start.raw, best.raw) < LEAST_STANDARD_ERRORS:
        best = start
    return Choice(best.shape, best.rounds, best.raw, len(tried))


def standard_errors(bad: Floats, customers: npt.NDArray[np.str_], raw: Floats, better: Floats) -> float:
    """By how many standard errors, over customers, the log loss of `better` (log odds) is less than that of `raw`."""
    asked = np.isfinite(raw)
    sign = np.where(bad[asked] == 1, -1.0, 1.0)
    gain = np.logaddexp(0, sign * raw[asked]) - np.logaddexp(0, sign * better[asked])
    of_customer = np.bincount(np.unique(customers[asked], return_inverse=True)[1], weights=gain)
    return float(of_customer.sum() / max(np.sqrt((of_customer**2).sum()), np.finfo(float).tiny))


def inner_folds(bad: Floats, customers: npt.NDArray[np.str_], dates: npt.NDArray[np.datetime64]) -> Folds:
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


def _propose(trial: "optuna.Trial") -> Shape:
    return Shape(
        num_leaves=trial.suggest_int("num_leaves", 3, 24, log=True),
        min_data_in_leaf=trial.suggest_int("min_data_in_leaf", 20, 200, log=True),
        feature_fraction=trial.suggest_float("feature_fraction", 0.15, 0.7, log=True),
        lambda_l2=trial.suggest_float("lambda_l2", 1.0, 50.0, log=True),
    )
