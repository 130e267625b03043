"""Promises of the label: what became of a customer is told as known when the horizon of each date ended."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from landing.delivering import ask
from transform.later import Row, deliver

from loudong.landing.load import load_folder
from loudong.pipeline import opening, runs, steps
from loudong.pipeline.panels import panel_dates
from loudong.pipeline.runs import cutoff
from loudong.portfolio.settings import PortfolioSettings
from loudong.settings import Settings
from loudong.warehouse.connect import connect

HORIZON = timedelta(days=180)
FIRST, SECOND = date(2024, 6, 30), date(2024, 7, 31)
PORTFOLIO = PortfolioSettings(
    name="label",
    title="Label",
    currency="CNY",
    timezone="Asia/Shanghai",
    horizon_days=HORIZON.days,
    history_start_date=date(2024, 1, 1),
    history_end_date=date(2025, 6, 30),
)
END_OF_FIRST, END_OF_SECOND = (cutoff(day + HORIZON, PORTFOLIO.timezone) for day in (FIRST, SECOND))
INSTANT = timedelta(microseconds=1)
LONG_AFTER = END_OF_SECOND + timedelta(days=90)
Labels = dict[tuple[str, date], tuple[date | None, bool]]
DUE = date(2024, 8, 15)
REACHED = DUE + timedelta(days=91)
# When a row that settles, excuses or records something becomes known, and which of the two dates it comes too late for.
MOMENTS = {
    "before": (END_OF_FIRST - INSTANT, set()),
    "between": (END_OF_FIRST, {FIRST}),
    "after": (END_OF_SECOND, {FIRST, SECOND}),
}


def customer(name: str) -> list[Row]:
    """A person with one loan, of which one amount fell due and was not paid."""
    named = {"customer_id": name, "observed_at": "2024-01-02T12:00:00+08:00"}
    day = date(2024, 1, 2)
    loan = {"contract_id": "K", "contract_type_code": "loan", "signed_date": day, "start_date": day}
    person = {"customer_type_code": "person", "valid_from_date": day, "onboarded_date": day}
    due = {"installment_id": "I", "contract_id": "K", "agreed_date": day, "due_date": DUE, "due_amount": 50_000}
    return [("customer", named | person), ("contract", named | loan), ("installment", named | due)]


def late(kind: str, name: str, known: datetime) -> Row:
    """A row that changes what became of the customer, in effect before both horizons end."""
    said: dict[str, dict[str, Any]] = {
        "payment": {"payment_id": "P", "contract_id": "K", "payment_date": DUE, "paid_amount": 50_000},
        "pause": {"pause_id": "U", "agreed_date": DUE, "start_date": DUE, "kind_code": "rent_free"},
        "default_event": {"default_event_id": "E", "event_date": DUE, "reason_code": "bankruptcy"},
    }
    return kind, said[kind] | {"customer_id": name, "observed_at": known.isoformat()}


@pytest.fixture(scope="module")
def history(warehouse: Settings, without_data_tests: None, tmp_path_factory: pytest.TempPathFactory) -> None:
    tower = {"building_id": "B", "building_name": "Tower", "building_type_code": "office"}
    start = {"valid_from_date": date(2024, 1, 1), "observed_at": "2024-01-01T12:00:00+08:00"}
    rows = [("building", tower | start), *customer("unpaid")]
    for kind in ("payment", "pause", "default_event"):
        for label, (known, _) in MOMENTS.items():
            rows += [*customer(f"{kind} {label}"), late(kind, f"{kind} {label}", known)]
    folder = tmp_path_factory.mktemp("landing")
    deliver(folder, PORTFOLIO, "rows", rows)
    assert load_folder(folder).quarantined == 0


@pytest.fixture(scope="module")
def told(history: None) -> dict[datetime, Labels]:
    """When each customer's default began, by date, and whether the outcome is mature, at several last moments: of both
    dates in one pass."""
    told = {}
    run = runs.open_run("panel", (FIRST, SECOND), opening.record_policy())
    try:
        steps.build(run.run_id, steps.EVERYTHING)
        for known_before in (END_OF_FIRST - INSTANT, END_OF_FIRST, LONG_AFTER):
            steps.build_label(run.run_id, known_before)
            told[known_before] = read_labels(run.run_id)
    finally:
        runs.close_run(run.run_id, "done")
    return told


def read_labels(run_id: str) -> Labels:
    rows: list[Any] = ask(
        "select customer_id, as_of_date, default_date, is_mature, is_default from marts.fct_default_label "
        "where run_id = %s",
        run_id,
    )
    assert all(row[4] == (row[2] is not None) for row in rows)
    return {(row[0], row[1]): (row[2], row[3]) for row in rows}


@pytest.fixture
def labels(told: dict[datetime, Labels]) -> Labels:
    return told[LONG_AFTER]


def test_each_customer_and_date_has_a_mature_outcome(labels: Labels) -> None:
    assert len(labels) == 2 * (1 + 3 * len(MOMENTS))
    assert all(is_mature for _, is_mature in labels.values())
    assert {labels["unpaid", day][0] for day in (FIRST, SECOND)} == {REACHED}


@pytest.mark.parametrize("label", MOMENTS)
@pytest.mark.parametrize("day", [FIRST, SECOND])
@pytest.mark.parametrize(("kind", "began"), [("payment", None), ("pause", None), ("default_event", DUE)])
def test_what_becomes_known_before_the_horizon_ends_changes_the_label_and_what_comes_later_does_not(
    labels: Labels, kind: str, began: date | None, day: date, label: str
) -> None:
    is_too_late = day in MOMENTS[label][1]
    assert labels[f"{kind} {label}", day][0] == (REACHED if is_too_late else began)


@pytest.mark.parametrize(("known_before", "mature"), [(END_OF_FIRST, {FIRST}), (END_OF_FIRST - INSTANT, set())])
def test_an_outcome_is_mature_when_its_horizon_ended_before_the_last_moment_that_counts(
    told: dict[datetime, Labels], known_before: datetime, mature: set[date]
) -> None:
    labels = told[known_before]
    assert {day for (_, day), (_, is_mature) in labels.items() if is_mature} == mature
    is_known = known_before > MOMENTS["before"][0]
    assert labels["payment before", SECOND][0] == (None if is_known else REACHED)


def test_a_label_is_what_a_run_of_the_last_day_of_the_horizon_says(labels: Labels) -> None:
    run = runs.open_run("daily", (SECOND + HORIZON,), opening.record_policy())
    try:
        steps.build(run.run_id, steps.EVERYTHING)
    finally:
        runs.close_run(run.run_id, "failed", "built to be compared")
    said = ask(
        "select customer_id, min(default_date) from intermediate.int_delinquency__default_entry "
        "where default_date > %s group by 1",
        SECOND,
    )
    assert len(said) > 2
    assert dict(said) == {name: began for (name, of), (began, _) in labels.items() if of == SECOND and began}


@pytest.mark.parametrize(("known_before", "last"), [(END_OF_FIRST, FIRST), (END_OF_FIRST - INSTANT, date(2024, 5, 31))])
def test_a_panel_takes_the_dates_whose_horizon_has_ended(history: None, known_before: datetime, last: date) -> None:
    with connect() as connection:
        assert panel_dates(connection, known_before)[-1] == last
