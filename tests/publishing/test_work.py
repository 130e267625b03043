"""Promises of what is in force, contradicted and worth doing: one row per action, work ranked by what it averts and cut
at the team's hours, people by month."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from reporting_project import build_reporting, planted
from risk_world import World, ask, insert, tell

from loudong.decisions.action_states import move_actions
from loudong.decisions.acts import Act
from loudong.decisions.decide import decide
from loudong.decisions.task_states import Promise, assign_tasks, finish_tasks
from loudong.publishing.publish import publish
from loudong.settings import Settings
from loudong.warehouse.connect import connect

D1, D2 = date(2025, 3, 1), date(2025, 3, 2)
ACT = Act("R1", "as agreed")


@pytest.fixture(scope="module")
def _world(warehouse: Settings, tmp_path_factory: pytest.TempPathFactory) -> World:
    world = World()
    world.create()
    build_reporting(warehouse, tmp_path_factory.mktemp("dbt"))
    return world


@pytest.fixture
def world(_world: World) -> World:
    _world.clear(planted())
    with connect("admin") as connection:
        connection.execute(
            "truncate landing.contract, landing.interaction, landing.interaction_superseded, landing.payment, "
            "risk.contact_month, risk.contact_mark, risk.work_item"
        )
    return _world


def day(world: World, as_of_date: date, customers: dict[str, dict[str, Any]]) -> None:
    run = world.run(as_of_date, customers)
    decide(run)
    world.finish(run, publish(run).verdict)


def view(query: str, *parameters: Any) -> list[tuple[Any, ...]]:
    return ask(query, *parameters, role="bi")


def approve(code: str) -> None:
    ids = ask("select action_id from risk.customer_action where action_code = %s and state = 'proposed'", code)
    move_actions([row[0] for row in ids], "approved", ACT)


def test_in_force_is_what_a_person_approved_one_row_per_customer_and_action(world: World) -> None:
    day(world, D1, {"C1": {"pd": 0.05, "limit_amount": 1000, "exposure_amount": 300}})
    approve("credit_limit_review")
    day(world, D2, {"C1": {"pd": 0.5, "limit_amount": 1000, "exposure_amount": 300}})
    assert view(
        "select action_code, is_in_force, state, standard_code, proposed_limit_amount, in_force_from_date, "
        "next_standard_code from bi.action_in_force order by 1"
    ) == [
        ("credit_limit_review", True, "approved", "half_yearly_review", 800, D1, "immediate_review"),
        ("repayment_monitoring", False, "proposed", "daily_check", None, None, None),
        ("transaction_restriction", False, "proposed", "no_new_credit", None, None, None),
    ]


def test_what_has_lapsed_or_ended_is_not_in_force(world: World) -> None:
    day(world, D1, {"C1": {"pd": 0.5}})
    approve("transaction_restriction")
    in_force = "select action_code from bi.action_in_force where is_in_force"
    assert view(in_force) == [("transaction_restriction",)]
    day(world, D1 + timedelta(days=30), {"C1": {"pd": 0.5}})
    assert view(in_force) == []
    approve("transaction_restriction")
    ids = [row[0] for row in view("select action_id from bi.action_in_force where is_in_force")]
    move_actions(ids, "lapsed", ACT)
    assert view(in_force) == []


def test_a_contradiction_is_shown_with_both_sides_and_stays_after_it_ended(world: World) -> None:
    day(world, D1, {"C1": {"pd": 0.5}})
    approve("transaction_restriction")
    row = {"contract_id": "K1", "customer_id": "C1", "signed_date": D2, "limit_amount": 70, "file_id": 1}
    row |= {"observed_at": "2025-03-02T10:00:00+08:00", "file_line": 1, "content_hash": f"{1:032x}"}
    with connect() as connection:
        insert(connection, "landing", "contract", [row])
    day(world, D2, {"C1": {"pd": 0.5}})
    shown = (
        "select customer_id, gap_code, subject_id, is_open, is_in_force, action_from_date, signed_date, limit_amount "
        "from bi.enforcement_gap"
    )
    assert view(shown) == [("C1", "credit_after_stop", "K1", True, True, D1, D2, 70)]
    ids = [row[0] for row in view("select action_id from bi.action_in_force where is_in_force")]
    move_actions(ids, "lapsed", ACT)
    day(world, D1 + timedelta(days=2), {"C1": {"pd": 0.05}})
    assert view("select is_open, age_days, action_state from bi.enforcement_gap") == [(False, 0, "lapsed")]


def test_work_is_ranked_by_expected_loss_and_what_can_still_be_done(world: World) -> None:
    day(
        world,
        D1,
        {
            # 0.1 x 45 % x 100,000 = 4,500; at 1-30 days 70 % of it can be averted, half of that by a reminder.
            "C1": {"pd": 0.01, "dpd_days": 0},
            "C2": {"pd": 0.1, "dpd_days": 10, "exposure_amount": 100_000, "past_due_amount": 1},
            # In default: pd 1. 45 % x 40,000, a quarter covered by the deposit = 13,500; 8 % of it at 181 days.
            "C3": {
                "pd": 0.5,
                "dpd_days": 181,
                "exposure_amount": 40_000,
                "deposit_ratio": 0.25,
                "is_in_default": True,
                "past_due_amount": 1,
            },
        },
    )
    rows = view(
        "select customer_id, item_code, kind_code, expected_loss_amount, recoverable_pct, effect_pct, "
        "avertable_loss_amount, effort_minutes from bi.work_list where item_type = 'follow_up_task' order by work_rank"
    )
    assert rows == [
        ("C2", "tier_rise", "call", 4500, 70, 70, 2205, 15),
        ("C2", "dunning", "reminder", 4500, 70, 50, 1575, 5),
        ("C3", "tier_rise", "call", 13500, 8, 70, 756, 15),
        ("C3", "dunning", "document_request", 13500, 8, 40, 432, 30),
    ]
    ranks = view("select work_rank, priority_amount from bi.work_list order by work_rank")
    assert [rank for rank, _ in ranks] == list(range(1, len(ranks) + 1))
    assert [amount for _, amount in ranks] == sorted((amount for _, amount in ranks), reverse=True)


def test_overdue_work_is_raised_by_the_factor_of_the_policy(world: World) -> None:
    late = {"pd": 0.1, "dpd_days": 10, "past_due_amount": 1}
    day(world, D1, {"C1": late})
    ratio = "priority_amount / avertable_loss_amount"
    priority = f"select {ratio}, is_overdue from bi.work_list where item_code = 'dunning'"
    assert view(priority) == [(1, False)]
    day(world, D1 + timedelta(days=6), {"C1": late | {"dpd_days": 16}})
    assert view(priority) == [(Decimal("1.5"), True)]


def test_the_list_is_cut_at_the_hours_and_says_what_stays_unworked(world: World) -> None:
    # 120 minutes of a manager: eight calls of 15 minutes; the ninth is beyond them.
    customers = {f"C{number}": {"pd": 0.5, "exposure_amount": number * 1000, "dpd_days": 0} for number in range(1, 10)}
    day(world, D1, customers)
    rows = view(
        "select customer_id, cumulative_minutes, is_within_capacity from bi.work_list where pool_code = 'R1' "
        "order by work_rank"
    )
    assert rows == [(f"C{10 - place}", 15 * place, place <= 8) for place in range(1, 10)]
    summary = (
        "select capacity_minutes, needed_minutes, item_count, unworked_item_count, unworked_customer_count, "
        "unworked_exposure_amount, unworked_expected_loss_amount from bi.work_capacity where pool_code = 'R1'"
    )
    assert view(summary) == [(120, 135, 9, 1, 1, 1000, 225)]
    ((task_id,),) = ask("select task_id from risk.follow_up_task where customer_id = 'C9'")
    finish_tasks([task_id], "reached", ACT)
    assert view(summary) == [(120, 120, 8, 0, 0, 0, 0)]


def test_work_given_to_the_team_is_cut_at_its_members_hours_and_work_of_nobody_has_none(world: World) -> None:
    tell("update marts.dim_customer set manager_id = null where customer_id = 'C2'")
    day(world, D1, {"C1": {"pd": 0.5}, "C2": {"pd": 0.5}})
    ((task_id,),) = ask("select task_id from risk.follow_up_task where customer_id = 'C1'")
    assign_tasks([task_id], "CL01", ACT)
    tasks = (
        "select pool_code, capacity_minutes, is_within_capacity from bi.work_list where item_type = 'follow_up_task' "
        "order by customer_id"
    )
    assert view(tasks) == [
        ("collector", 720, True),
        ("relationship_manager", 0, False),
    ]


def contact(number: int, at: str, observed: str, **values: Any) -> None:
    row = {"interaction_id": f"I{number}", "customer_id": "C1", "interaction_at": f"{at}+08:00", "employee_id": "R1"}
    row |= {"observed_at": f"{observed}+08:00", "file_id": number, "file_line": 1, "content_hash": f"{number:032x}"}
    with connect() as connection:
        insert(connection, "landing", "interaction", [row | values])


def test_people_are_shown_by_month_with_their_tasks_and_contacts(world: World) -> None:
    contact(1, "2025-02-28T23:59:59", "2025-03-01T08:00:00", is_answered=True, satisfaction_score=2)
    contact(2, "2025-03-01T00:00:00", "2025-03-01T08:00:00", is_answered=True, satisfaction_score=4)
    contact(3, "2025-03-01T09:00:00", "2025-03-01T10:00:00", is_answered=False)
    contact(4, "2025-03-01T09:00:00", "2025-03-01T10:00:00")
    contact(5, "2025-03-01T09:00:00", "2025-03-02T00:00:00", is_answered=True)
    day(world, D1, {"C1": {"pd": 0.5, "dpd_days": 31, "past_due_amount": 1}})
    shown = (
        "select person_id, month_date, done_count, on_time_ratio, outcomes, promise_count, contact_count, "
        "answered_known_count, answered_count, satisfaction_count, mean_satisfaction_score "
        "from bi.team_performance order by month_date"
    )
    february = ("R1", date(2025, 2, 1), 0, None, {}, 0, 1, 1, 1, 1, 2.0)
    assert view(shown) == [february, ("R1", D1, 0, None, {}, 0, 3, 2, 1, 1, 4.0)]
    ids = {row[0]: row[1] for row in ask("select trigger_code, task_id from risk.follow_up_task")}
    finish_tasks([ids["tier_rise"]], "reached", ACT)
    day(world, D1 + timedelta(days=9), {"C1": {"pd": 0.5, "dpd_days": 40, "past_due_amount": 1}})
    finish_tasks([ids["dunning"]], "promised", ACT, Promise(Decimal(5), date(2025, 3, 20)))
    outcomes = {"reached": 1, "promised": 1}
    assert view(shown) == [february, ("R1", D1, 2, 0.5, outcomes, 1, 4, 3, 2, 1, 4.0)]


def test_a_contact_that_landed_late_counts_in_its_month(world: World) -> None:
    contact(1, "2025-01-15T09:00:00", "2025-01-15T10:00:00", is_answered=True)
    day(world, D1, {"C1": {"pd": 0.5}})
    contact(2, "2025-01-16T09:00:00", "2025-01-16T10:00:00", is_answered=False)
    day(world, D2, {"C1": {"pd": 0.5}})
    assert view("select month_date, contact_count, answered_count from bi.team_performance") == [
        (date(2025, 1, 1), 2, 1)
    ]
