"""Promises of actions and tasks: what the tier demands, once, for a period; contacts by cadence and by event."""

from datetime import date, timedelta
from typing import Any

from risk_world import World, ask, tell

from loudong.decisions.decide import decide
from loudong.decisions.demand import Demands
from loudong.publishing.publish import publish

D1, D2, D3 = date(2025, 3, 1), date(2025, 3, 2), date(2025, 3, 3)
LOW, MEDIUM, HIGH = 0.01, 0.05, 0.5


def day(world: World, as_of_date: date, pd: float, **values: Any) -> Demands:
    """Run and publish one date for customer C1; what it demanded."""
    run = world.run(as_of_date, {"C1": {"pd": pd} | values})
    decide(run)
    publication = publish(run)
    world.finish(run, publication.verdict)
    return publication.demands


def actions(code: str = "repayment_monitoring") -> list[tuple[Any, ...]]:
    return ask(
        "select standard_code, period_start_date, period_end_date, state from risk.customer_action "
        "where action_code = %s order by period_start_date, action_id",
        code,
    )


def tasks() -> list[tuple[Any, ...]]:
    return ask("select kind_code, created_date, due_date, state from risk.follow_up_task order by task_id")


def test_every_tier_gets_one_action_per_code_with_intent_and_policy_row(world: World) -> None:
    assert day(world, D1, HIGH).actions_proposed == 3
    rows = ask("select action_code, standard_code, policy_row, intent from risk.customer_action order by action_code")
    assert [row[:3] for row in rows] == [
        ("credit_limit_review", "immediate_review", "strategy.csv:high,credit_limit_review"),
        ("repayment_monitoring", "daily_check", "strategy.csv:high,repayment_monitoring"),
        ("transaction_restriction", "no_new_credit", "strategy.csv:high,transaction_restriction"),
    ]
    assert rows[1][3] == {
        "owner_role": "credit_officer",
        "monitor_every_days": 1,
        "name_en": "check repayments every day",
        "name_zh": "每日检查还款情况",
    }
    assert actions() == [("daily_check", D1, D1 + timedelta(days=29), "proposed")]


def test_a_standing_action_is_not_repeated_until_its_period_ends(world: World) -> None:
    day(world, D1, HIGH)
    assert day(world, D1, HIGH, dpd_days=1).actions_proposed == 0
    assert day(world, D1 + timedelta(days=29), HIGH).actions_proposed == 0
    assert day(world, D1 + timedelta(days=30), HIGH).actions_proposed == 3
    assert [row[1:] for row in actions()] == [
        (D1, D1 + timedelta(days=29), "lapsed"),
        (D1 + timedelta(days=30), D1 + timedelta(days=59), "proposed"),
    ]


def test_a_changed_tier_lapses_what_stands_and_proposes_anew(world: World) -> None:
    day(world, D1, MEDIUM)
    summary = day(world, D3, HIGH)
    assert (summary.actions_lapsed, summary.actions_proposed) == (3, 3)
    assert actions() == [
        ("weekly_check", D1, D2, "lapsed"),
        ("daily_check", D3, D3 + timedelta(days=29), "proposed"),
    ]


def test_a_date_run_again_with_another_tier_changes_its_proposal_in_place(world: World) -> None:
    day(world, D1, HIGH)
    summary = day(world, D1, MEDIUM)
    assert (summary.actions_lapsed, summary.actions_proposed) == (0, 3)
    assert actions() == [("weekly_check", D1, D1 + timedelta(days=59), "proposed")]
    assert ask("select distinct run.state, tier from risk.customer_action join ops.run using (run_id)") == [
        ("published", "medium")
    ]


def test_an_approved_action_of_the_same_date_is_kept_and_the_new_one_follows_it(world: World) -> None:
    day(world, D1, HIGH)
    tell("update risk.customer_action set state = 'approved'")
    day(world, D1, MEDIUM)
    day(world, D1, MEDIUM)
    assert actions() == [
        ("daily_check", D1, D1, "lapsed"),
        ("weekly_check", D2, D2 + timedelta(days=59), "proposed"),
    ]
    assert day(world, D2, MEDIUM).actions_proposed == 0


def test_an_action_that_a_person_let_lapse_is_not_proposed_again_for_its_date(world: World) -> None:
    day(world, D1, HIGH)
    tell("update risk.customer_action set state = 'lapsed'")
    again = day(world, D1, HIGH, dpd_days=1)
    assert (again.raised, again.actions_proposed) == (True, 0)


def test_a_rise_to_high_asks_for_a_call_within_three_days_saying_why(world: World) -> None:
    day(world, D1, LOW)
    tell("update risk.follow_up_task set state = 'done'")
    day(world, D2, HIGH)
    assert ("tier_rise_call", D2, D2 + timedelta(days=3), "open") in tasks()
    rows = ask("select reason_en, reason_zh, owner_id from risk.follow_up_task where kind_code = 'tier_rise_call'")
    assert rows == [
        (
            "Rose from low risk to high risk: probability of default 50.0 %, 0 days past due, exposure 100000.",
            "由低风险升为高风险：违约概率50.0%，逾期0天，敞口100000。",
            "R1",
        )
    ]


def test_a_reason_leaves_out_what_is_not_known(world: World) -> None:
    day(world, D1, LOW, dpd_days=None)
    tell("update risk.follow_up_task set state = 'done'")
    day(world, D2, HIGH, dpd_days=None)
    rows = ask("select reason_en, reason_zh from risk.follow_up_task where kind_code = 'tier_rise_call'")
    assert rows == [
        (
            "Rose from low risk to high risk: probability of default 50.0 %, exposure 100000.",
            "由低风险升为高风险：违约概率50.0%，敞口100000。",
        )
    ]


def test_a_customer_first_judged_counts_as_risen_only_when_high(world: World) -> None:
    run = world.run(D1, {"C1": {"pd": HIGH}, "C2": {"pd": MEDIUM}})
    decide(run)
    publish(run)
    assert ask("select customer_id from risk.follow_up_task where kind_code = 'tier_rise_call'") == [("C1",)]


def test_a_falling_tier_asks_for_no_call(world: World) -> None:
    day(world, D1, HIGH)
    tell("update risk.follow_up_task set state = 'done'")
    assert day(world, D2, MEDIUM).tasks_created == 0


def test_one_task_of_a_kind_is_open_and_a_date_run_again_asks_once(world: World) -> None:
    day(world, D1, HIGH)
    assert day(world, D1, HIGH, dpd_days=1).tasks_created == 0
    tell("update risk.follow_up_task set state = 'done'")
    assert day(world, D1, HIGH, dpd_days=2).tasks_created == 0
    assert len(tasks()) == 1


def test_the_regular_contact_comes_every_days_after_the_last_task(world: World) -> None:
    day(world, D1, HIGH)
    tell("update risk.follow_up_task set state = 'done'")
    assert day(world, D1 + timedelta(days=29), HIGH).tasks_created == 0
    assert day(world, D1 + timedelta(days=30), HIGH).tasks_created == 1
    assert tasks()[-1] == ("routine_contact", D1 + timedelta(days=30), D1 + timedelta(days=35), "open")


def test_customers_never_contacted_are_spread_over_the_period_and_each_asked_once(world: World) -> None:
    per_day = []
    for offset in range(0, 90, 10):
        run = world.run(D1 + timedelta(days=offset), {f"C{number}": {"pd": MEDIUM} for number in range(60)})
        decide(run)
        publication = publish(run)
        per_day.append(publication.demands.tasks_created)
        world.finish(run, publication.verdict)
    assert sum(per_day) >= 50
    assert max(per_day) < 20
    assert ask("select max(count) from (select count(*) from risk.follow_up_task group by customer_id) as t") == [(1,)]


def test_an_open_task_past_its_due_date_is_overdue(world: World) -> None:
    day(world, D1, HIGH)
    day(world, D1 + timedelta(days=3), HIGH)
    assert tasks()[0][3] == "open"
    day(world, D1 + timedelta(days=4), HIGH)
    assert tasks()[0][3] == "overdue"
