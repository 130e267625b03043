"""Promises of the splits: a customer stays on one side, and nobody learns from outcomes later than the first judged."""

from datetime import date, timedelta

import numpy as np
import pytest

from loudong.errors import LoudongError
from models.panel import Panel
from models.splits import FOLDS, customer_fold, needs_cross_validation, out_of_time
from models.tuning import INNER_FOLDS

MONTH_ENDS = [
    *(date(2024, 1, 31), date(2024, 2, 29), date(2024, 3, 31), date(2024, 4, 30), date(2024, 5, 31)),
    *(date(2024, 6, 30), date(2024, 7, 31), date(2024, 8, 31), date(2024, 9, 30), date(2024, 10, 31)),
]


def panel_of(dates: list[date], bad_dates: list[date] | None = None) -> Panel:
    """Two customers on every date; the first of them turns bad after the dates of `bad_dates`, or after all."""
    rows = [(day, customer) for day in dates for customer in ("C1", "C2")]
    bad = [customer == "C1" and (bad_dates is None or day in bad_dates) for day, customer in rows]
    return Panel(
        values=np.zeros((len(rows), 1)),
        categories={},
        bad=np.array(bad, dtype=np.float64),
        customers=np.array([customer for _, customer in rows]),
        dates=np.array([day for day, _ in rows], dtype="datetime64[D]"),
        groups={},
        row_hashes=np.zeros(len(rows), dtype=np.uint64),
    )


def names(n: int) -> np.ndarray:
    return np.array([f"C{number:06d}" for number in range(n)])


def test_a_customer_is_on_one_side_of_every_fold() -> None:
    customers = np.random.default_rng(0).choice(names(200), 3_000)
    fold = customer_fold(customers)
    assert len(set(zip(customers.tolist(), fold.tolist(), strict=True))) == len(set(customers.tolist()))
    assert set(fold.tolist()) == set(range(FOLDS))


def test_the_fold_of_a_customer_is_the_same_for_ever() -> None:
    customers = np.array(["C000001", "C000002", "C000003", "张三"])
    assert customer_fold(customers).tolist() == [1, 1, 4, 3]
    assert customer_fold(customers, 6, "stopping").tolist() == [3, 5, 4, 2]


def test_the_fold_of_a_customer_does_not_depend_on_who_else_is_there() -> None:
    customers = names(500)
    some = np.random.default_rng(1).permutation(500)[:50]
    assert customer_fold(customers[some]).tolist() == customer_fold(customers)[some].tolist()


def test_folds_are_of_about_the_same_size() -> None:
    shares = np.bincount(customer_fold(names(20_000)), minlength=FOLDS) / 20_000
    assert shares == pytest.approx(np.full(FOLDS, 1 / FOLDS), abs=0.02)


@pytest.mark.parametrize("inner_folds", [INNER_FOLDS, 6])
def test_folds_for_different_purposes_cut_across_each_other(inner_folds: int) -> None:
    customers = names(20_000)
    judging, inner = customer_fold(customers), customer_fold(customers, inner_folds, "inner")
    cells = np.zeros((FOLDS, inner_folds))
    np.add.at(cells, (judging, inner), 1 / len(customers))
    assert cells == pytest.approx(np.full(cells.shape, 1 / cells.size), abs=0.01)


@pytest.mark.parametrize("horizon_days", [30, 90, 180])
def test_no_horizon_of_a_learning_row_ends_after_the_first_judged_date(horizon_days: int) -> None:
    panel = panel_of(MONTH_ENDS)
    learn, judge = out_of_time(panel, horizon_days)
    assert np.unique(panel.dates[judge]).tolist() == MONTH_ENDS[-3:]
    assert judge.sum() == 6
    last_learned = max(panel.dates[learn].tolist())
    assert last_learned + timedelta(days=horizon_days) <= MONTH_ENDS[-3]
    assert not (learn & judge).any()


def test_a_row_learns_when_its_horizon_ends_on_the_first_judged_date_and_not_a_day_later() -> None:
    judged = [date(2024, 8, 31), date(2024, 9, 30), date(2024, 10, 31)]
    on_the_day, a_day_later = date(2024, 6, 2), date(2024, 6, 3)
    panel = panel_of([date(2024, 1, 31), on_the_day, a_day_later, *judged])
    learn, _ = out_of_time(panel, 90)
    assert np.unique(panel.dates[learn]).tolist() == [date(2024, 1, 31), on_the_day]


def test_every_row_whose_horizon_has_ended_learns() -> None:
    panel = panel_of(MONTH_ENDS)
    learn, _ = out_of_time(panel, 30)
    assert np.unique(panel.dates[learn]).tolist() == MONTH_ENDS[:7]
    assert learn.sum() == 14


@pytest.mark.parametrize("count", [1, 2, 3])
def test_too_few_dates_to_judge_out_of_time_are_refused(count: int) -> None:
    message = (
        rf"^{count} date\(s\) with known outcomes are too few to judge out of time; at least 4 are needed, with 180 "
    )
    with pytest.raises(LoudongError, match=message):
        out_of_time(panel_of(MONTH_ENDS[:count]), 180)


def test_dates_too_close_to_learn_before_judging_are_refused() -> None:
    message = "^no default is known from dates that ended 180 days before 2024-02-29; load a longer history$"
    with pytest.raises(LoudongError, match=message):
        out_of_time(panel_of(MONTH_ENDS[:4]), 180)


def test_learning_dates_without_a_default_are_refused() -> None:
    with pytest.raises(LoudongError, match=r"^no default is known from dates that ended 90 days before 2024-08-31"):
        out_of_time(panel_of(MONTH_ENDS, bad_dates=MONTH_ENDS[-3:]), 90)


@pytest.mark.parametrize(
    ("dates", "judged_dates", "needed"),
    [
        (MONTH_ENDS, "month_end", False),
        (MONTH_ENDS[:2], "month_end", False),
        (MONTH_ENDS[:1], "month_end", True),
        (MONTH_ENDS[:1], "listed", True),
        (MONTH_ENDS, "listed", True),
    ],
)
def test_customers_judge_instead_of_dates_where_dates_do_not_order_what_is_judged(
    dates: list[date], judged_dates: str, needed: bool
) -> None:
    assert needs_cross_validation(panel_of(dates), judged_dates) is needed
