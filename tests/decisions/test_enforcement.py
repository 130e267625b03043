"""Promises of the enforcement check: whose books contradict an action is found, from the day it binds, until mended."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import psycopg
import pytest
from risk_world import World, ask, insert, tell

from loudong.decisions.action_states import move_actions
from loudong.decisions.acts import Act
from loudong.decisions.credit import approve_credit, credit_approvals, withdraw_credit
from loudong.decisions.decide import decide
from loudong.decisions.demand import Demands
from loudong.publishing.publish import publish
from loudong.warehouse.connect import connect

D1, D2, D3 = date(2025, 3, 1), date(2025, 3, 2), date(2025, 3, 3)
LOW, HIGH = 0.01, 0.5
ACT = Act("R1", "as agreed")


@pytest.fixture
def _books(world: World) -> None:
    with connect("admin") as connection:
        connection.execute("truncate landing.contract")


def day(world: World, as_of_date: date, pd: float = HIGH, **values: Any) -> Demands:
    run = world.run(as_of_date, {"C1": {"pd": pd, "days_since_attempt_days": 0} | values})
    decide(run)
    publication = publish(run)
    world.finish(run, publication.verdict)
    return publication.demands


def approve(code: str) -> None:
    ids = ask("select action_id from risk.customer_action where action_code = %s and state = 'proposed'", code)
    move_actions([row[0] for row in ids], "approved", ACT)


def contract(number: int, signed_date: date, observed: str, limit: int = 100, **values: Any) -> None:
    """Land one version of a contract of C1, known from `observed`, an instant of Shanghai, on."""
    row = {"contract_id": f"K{number}", "customer_id": "C1", "signed_date": signed_date, "limit_amount": limit}
    row |= {"observed_at": f"{observed}+08:00", "file_id": 1, "file_line": 1}
    with connect() as connection:
        insert(connection, "landing", "contract", [row | {"content_hash": f"{number * 1000 + limit:032x}"} | values])


def gaps() -> list[tuple[Any, ...]]:
    return ask(
        "select gap_code, subject_id, is_in_force, first_found_date, ended_date from risk.enforcement_gap "
        "order by gap_code, subject_id"
    )


@pytest.mark.usefixtures("_books")
def test_a_contract_signed_after_new_credit_was_stopped_is_found_and_marked_once_in_force(world: World) -> None:
    contract(1, D1, "2025-03-01T12:00:00")
    day(world, D1)
    contract(2, D2, "2025-03-02T23:59:59")
    contract(3, D2, "2025-03-03T00:00:00")
    assert day(world, D2).enforcement_gaps == 1
    assert gaps() == [("credit_after_stop", "K2", False, D2, None)]
    approve("transaction_restriction")
    assert gaps() == [("credit_after_stop", "K2", False, D2, None)]
    contract(4, D3, "2025-03-03T12:00:00")
    found = day(world, D3)
    assert (found.enforcement_gaps, found.enforcement_gaps_in_force) == (1, 1)
    assert gaps() == [("credit_after_stop", "K2", False, D2, D3), ("credit_after_stop", "K4", True, D3, None)]


@pytest.mark.usefixtures("_books")
def test_a_contract_that_was_deleted_again_ends_the_gap(world: World) -> None:
    day(world, D1)
    contract(2, D2, "2025-03-02T10:00:00")
    day(world, D2)
    contract(2, D2, "2025-03-03T10:00:00", 101, is_deleted=True)
    assert day(world, D3).enforcement_gaps == 0
    assert gaps() == [("credit_after_stop", "K2", False, D2, D3)]


@pytest.mark.usefixtures("_books")
def test_a_limit_raised_after_new_credit_was_stopped_is_found_and_one_lowered_is_not(world: World) -> None:
    contract(1, date(2024, 5, 1), "2024-05-01T12:00:00", 100)
    contract(2, date(2024, 5, 1), "2024-05-01T12:00:00", 100)
    contract(1, date(2024, 5, 1), "2025-03-01T12:00:00", 150)
    day(world, D1)
    contract(1, date(2024, 5, 1), "2025-03-02T12:00:00", 151)
    contract(2, date(2024, 5, 1), "2025-03-02T12:00:00", 99)
    day(world, D2)
    assert gaps() == [("limit_raised_after_stop", "K1", False, D2, None)]
    ((evidence,),) = ask("select evidence from risk.enforcement_gap")
    assert (evidence["limit_before_amount"], evidence["limit_amount"]) == (150, 151)
    assert evidence["name_zh"] == "停止新增授信后仍提高额度"


MEDIUM = 0.05


def at(day: date, hour: int) -> datetime:
    return datetime(day.year, day.month, day.day, hour, tzinfo=ZoneInfo("Asia/Shanghai"))


@pytest.mark.usefixtures("_books")
def test_where_new_credit_needs_an_approval_a_contract_without_one_is_found_until_it_is_given(world: World) -> None:
    contract(1, date(2024, 5, 1), "2024-05-01T12:00:00", 100)
    day(world, D1, MEDIUM)
    contract(1, date(2024, 5, 1), "2025-03-02T12:00:00", 150)
    contract(2, D2, "2025-03-02T12:00:00", 100)
    contract(3, D2, "2025-03-02T12:00:00", 100)
    approve_credit("C1", "K3", Decimal(100), ACT, at(D2, 13))
    day(world, D2, MEDIUM)
    signed, raised = "credit_without_approval", "limit_raised_without_approval"
    assert gaps() == [(signed, "K2", False, D2, None), (raised, "K1", False, D2, None)]
    approve_credit("C1", "K1", Decimal("149.99"), ACT, at(D3, 9))
    approve_credit("C1", "K2", Decimal(100), ACT, at(D3, 9))
    day(world, D3, MEDIUM)
    assert gaps() == [(signed, "K2", False, D2, D3), (raised, "K1", False, D2, None)]


@pytest.mark.usefixtures("_books")
def test_an_approval_lifts_a_stop_for_its_contract_until_it_is_taken_back(world: World) -> None:
    day(world, D1)
    contract(2, D2, "2025-03-02T10:00:00")
    approve_credit("C1", "K2", Decimal(100), ACT, at(D2, 12))
    assert day(world, D2).enforcement_gaps == 0
    withdraw_credit("C1", "K2", ACT, at(D3, 12))
    assert day(world, D3).enforcement_gaps == 1
    assert gaps() == [("credit_after_stop", "K2", False, D3, None)]


@pytest.mark.usefixtures("_books")
def test_an_approval_given_after_a_date_ended_does_not_change_what_was_found_for_it(world: World) -> None:
    day(world, D1)
    contract(2, D2, "2025-03-02T10:00:00")
    approve_credit("C1", "K2", Decimal(100), ACT, at(D3, 0))
    assert day(world, D2).enforcement_gaps == 1


def test_an_approval_is_never_rewritten_and_the_next_one_ends_it(world: World) -> None:
    approve_credit("C1", "K1", Decimal(100), ACT, at(D1, 9))
    approve_credit("C1", "K1", Decimal(200), ACT, at(D1, 10))
    newest, before = credit_approvals("C1", show_all=True)
    assert (newest.limit_amount, newest.ended_at) == (200, None)
    assert (before.ended_by, before.ended_because) == (ACT.by, f"replaced: {ACT.because}")
    with connect() as connection, pytest.raises(psycopg.Error, match="it stays as it is"):
        connection.execute("update risk.credit_approval set ended_because = 'other' where ended_at is not null")


@pytest.mark.usefixtures("_books")
def test_a_limit_above_what_was_approved_is_found_after_the_days_of_grace(world: World) -> None:
    day(world, D1, limit_amount=1000, exposure_amount=400)
    approve("credit_limit_review")
    assert day(world, D1 + timedelta(days=6), limit_amount=1000, exposure_amount=400).enforcement_gaps == 0
    day(world, D1 + timedelta(days=7), limit_amount=1000, exposure_amount=400)
    assert gaps() == [("limit_above_allowed", "credit_limit_review", True, D1 + timedelta(days=7), None)]
    assert day(world, D1 + timedelta(days=8), limit_amount=400, exposure_amount=400).enforcement_gaps == 0


@pytest.mark.usefixtures("_books")
def test_monitoring_is_overdue_when_neither_a_contact_nor_a_task_done_is_in_the_books(world: World) -> None:
    day(world, D1, days_since_attempt_days=None)
    approve("repayment_monitoring")
    assert day(world, D1 + timedelta(days=3), days_since_attempt_days=9).enforcement_gaps == 0
    assert day(world, D1 + timedelta(days=4), days_since_attempt_days=3).enforcement_gaps == 0
    day(world, D1 + timedelta(days=4), days_since_attempt_days=4)
    assert gaps() == [("monitoring_overdue", "repayment_monitoring", True, D1 + timedelta(days=4), None)]
    tell("update risk.follow_up_task set state = 'done', closed_date = %s, closed_by = 'R1'", D1 + timedelta(days=4))
    assert day(world, D1 + timedelta(days=5), days_since_attempt_days=5).enforcement_gaps == 0


@pytest.mark.usefixtures("_books")
def test_support_in_force_whose_conditions_no_longer_hold_is_found(world: World) -> None:
    good = {"tenure_days": 900, "worst_dpd_365d_days": 0, "is_in_default": False}
    run = world.run(D1, {"C1": {"pd": LOW} | good})
    decide(run)
    world.finish(run, publish(run).verdict)
    approve("simplified_approval")
    late = D1 + timedelta(days=7)
    assert day(world, D2, LOW, **good | {"worst_dpd_365d_days": 9}).enforcement_gaps == 0
    day(world, late, LOW, **good | {"worst_dpd_365d_days": 9})
    assert gaps() == [("support_undeserved", "simplified_approval", True, late, None)]
    assert day(world, late + timedelta(days=1), LOW, **good).enforcement_gaps == 0
