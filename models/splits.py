"""Who learns and who judges: slices by date and by customer, never the same customer on both sides of a fold."""

import hashlib
from datetime import timedelta

import numpy as np
import numpy.typing as npt

from loudong.errors import TooLittleError
from models.panel import Panel

FOLDS = 5
TEST_DATES = 3
Mask = npt.NDArray[np.bool_]


def customer_fold(customers: npt.NDArray[np.str_], folds: int = FOLDS, purpose: str = "") -> npt.NDArray[np.int64]:
    """Fold of each row, from a hash of its customer and the purpose: stable over time and machines.

    Slices for different purposes cut across each other; with one hash for all, a slice within a fold may be empty.
    """
    unique, inverse = np.unique(customers, return_inverse=True)
    fold = np.array([int(hashlib.md5(f"{purpose}{name}".encode()).hexdigest()[:8], 16) % folds for name in unique])
    return fold[inverse]


def customer_folds(customers: npt.NDArray[np.str_], folds: int = FOLDS, purpose: str = "") -> list[tuple[Mask, Mask]]:
    """(learn, judge) for each fold of customers; each row judges once."""
    fold = customer_fold(customers, folds, purpose)
    return [(fold != number, fold == number) for number in np.unique(fold)]


def out_of_time(panel: Panel, horizon_days: int) -> tuple[Mask, Mask]:
    """(learn, judge): the last three dates judge; those learn whose whole horizon ended by the first of them."""
    dates = panel.distinct_dates
    if len(dates) <= TEST_DATES:
        raise TooLittleError(
            f"{len(dates)} date(s) with known outcomes are too few to judge out of time; "
            f"at least {TEST_DATES + 1} are needed, with {horizon_days} days between learning and judging"
        )
    first_test = dates[-TEST_DATES]
    learn = panel.dates <= np.datetime64(first_test - timedelta(days=horizon_days))
    judge = panel.dates >= np.datetime64(first_test)
    if not panel.bad[learn].sum():
        raise TooLittleError(
            f"no default is known from dates that ended {horizon_days} days before {first_test}; load a longer history"
        )
    return learn, judge


def needs_cross_validation(panel: Panel, judged_dates: str) -> bool:
    """True where dates do not order what is judged: one date, or dates listed customer by customer."""
    return judged_dates == "listed" or len(panel.distinct_dates) == 1
