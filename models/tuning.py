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


@dataclass(frozen=True)
class Choice:
    """The shape that did best and its number of trees, after `trials` shapes; `raw` is what boosters of them say (log
    odds) of rows whose customers they did not learn from, NaN for rows that were not asked about."""

    shape: Shape
    rounds: int
    raw: Floats
    trials: int


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
    after `tuning_seconds`. The same data give the same choice unless time cuts the search short, which is logged.
    Raises a TooLittleError when there are too few customers to judge.
    """
    import optuna

    folds = inner_folds(bad, customers, dates)
    best: tuple[float, Choice] | None = None

    def _loss(trial: "optuna.Trial") -> float:
        nonlocal best
        shape = _propose(trial)
        loss, rounds, raw = cross_validate(values, bad, features, shape, folds)
        if best is None or loss < best[0]:
            best = loss, Choice(shape, rounds, raw, 0)
        return loss

    optuna.logging.set_verbosity(optuna.logging.WARNING)
    study = optuna.create_study(sampler=optuna.samplers.TPESampler(seed=SEED))
    for shape in STARTING_SHAPES:
        study.enqueue_trial(asdict(shape))
    study.optimize(_loss, n_trials=len(STARTING_SHAPES))
    further = get_settings().tuning_trials - len(STARTING_SHAPES)
    if further > 0:
        study.optimize(_loss, n_trials=further, timeout=get_settings().tuning_seconds)
    if len(study.trials) < get_settings().tuning_trials:
        logger.warning(
            "tuning ended after %s of %s trials: LOUDONG_TUNING_SECONDS (%s) were up",
            len(study.trials),
            get_settings().tuning_trials,
            get_settings().tuning_seconds,
        )
    assert best is not None  # at least the starting shapes were tried
    return Choice(best[1].shape, best[1].rounds, best[1].raw, len(study.trials))


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
