"""Promises of the actions: what the tier asks for, once, for a period; what a person decided is ended by no run."""

from datetime import date, timedelta
from typing import Any

import pytest
from risk_world import World, ask, tell

from loudong.decisions.action_states import move_actions
from loudong.decisions.acts import Act
from loudong.decisions.decide import decide
from loudong.decisions.demand import Demands
from loudong.errors import LoudongError
from loudong.publishing.publish import publish

D1, D2, D3 = date(2025, 3, 1), date(2025, 3, 2), date(2025, 3, 3)
LOW, MEDIUM, HIGH = 0.01, 0.05, 0.5
ACT = Act("R1", "as agreed")


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
        "review_every_days": 23,
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


def move(to_state: str, code: str = "repayment_monitoring", state: str = "proposed") -> None:
    """A person moves the action of `code` that is in `state`."""
    ((action_id,),) = ask(
        "select action_id from risk.customer_action where action_code = %s and state = %s", code, state
    )
    move_actions([action_id], to_state, ACT)


def events(code: str = "repayment_monitoring") -> list[tuple[Any, ...]]:
    return ask(
        "select event.as_of_date, event.actor, from_state, to_state, reason from risk.customer_action_event as event "
        "join risk.customer_action using (customer_id, action_id) where action_code = %s "
        "order by customer_action_event_id",
        code,
    )


def test_what_a_person_approved_is_ended_by_no_run_and_the_new_proposal_stands_beside_it(world: World) -> None:
    day(world, D1, HIGH)
    move("approved")
    day(world, D1, MEDIUM)
    day(world, D1, MEDIUM)
    both = [
        ("daily_check", D1, D1 + timedelta(days=29), "approved"),
        ("weekly_check", D2, D2 + timedelta(days=59), "proposed"),
    ]
    assert actions() == both
    assert day(world, D2, MEDIUM).actions_proposed == 0
    assert actions() == both
    move("approved")
    assert [row[3] for row in actions()] == ["lapsed", "approved"]
    ((renewal,),) = ask("select action_id from risk.customer_action where standard_code = 'weekly_check'")
    assert events()[-2:] == [
        (D2, "R1", "approved", "lapsed", f"replaced by action {renewal}: as agreed"),
        (D2, "R1", "proposed", "approved", "as agreed"),
    ]


def test_a_proposal_that_is_no_longer_asked_for_is_dropped_and_taken_up_again(world: World) -> None:
    day(world, D1, HIGH)
    move("approved")
    for pd, state in ((MEDIUM, "proposed"), (HIGH, "lapsed"), (MEDIUM, "proposed")):
        day(world, D1, pd)
        assert [(row[0], row[1], row[3]) for row in actions()[1:]] == [("weekly_check", D2, state)], pd


def test_every_change_has_who_when_from_to_and_why(world: World) -> None:
    day(world, D1, HIGH)
    for state, to_state in (("proposed", "approved"), ("approved", "sent"), ("sent", "confirmed")):
        move(to_state, state=state)
    day(world, D1 + timedelta(days=30), HIGH)
    assert events() == [
        (D1, "loudong", None, "proposed", "asked for by strategy.csv:high,repayment_monitoring"),
        (D1, "R1", "proposed", "approved", "as agreed"),
        (D1, "R1", "approved", "sent", "as agreed"),
        (D1, "R1", "sent", "confirmed", "as agreed"),
        (D1 + timedelta(days=30), "loudong", "confirmed", "lapsed", f"its period ended on {D1 + timedelta(days=29)}"),
        (
            D1 + timedelta(days=30),
            "loudong",
            None,
            "proposed",
            "asked for by strategy.csv:high,repayment_monitoring",
        ),
    ]


@pytest.mark.parametrize(
    ("path", "to_state", "message"),
    [
        ([], "sent", "is proposed: it can become approved or lapsed, not sent"),
        ([], "confirmed", "is proposed: it can become approved or lapsed, not confirmed"),
        (["approved"], "approved", "is approved: it can become sent or lapsed, not approved"),
        (["approved", "sent", "confirmed"], "sent", "is confirmed: it can become lapsed, not sent"),
        (["lapsed"], "approved", "is lapsed: it can become nothing else, not approved"),
    ],
)
def test_a_move_that_the_state_does_not_allow_is_refused_and_changes_nothing(
    world: World, path: list[str], to_state: str, message: str
) -> None:
    day(world, D1, HIGH)
    ids = [row[0] for row in ask("select action_id from risk.customer_action order by action_id")]
    for step in path:
        move_actions(ids[:1], step, ACT)
    before = ask("select * from risk.customer_action order by action_id")
    with pytest.raises(LoudongError, match=message):
        move_actions(ids[:1], to_state, ACT)
    with pytest.raises(LoudongError, match="there is no action 999999"):
        move_actions([*ids[1:], 999999], "lapsed", ACT)
    assert ask("select * from risk.customer_action order by action_id") == before


@pytest.mark.parametrize(("by", "because"), [("", "why"), ("loudong", "why"), ("R1", " ")])
def test_a_decision_needs_a_person_and_a_reason(by: str, because: str) -> None:
    with pytest.raises(LoudongError, match=r"--by must name|--because must say"):
        Act(by, because)


def test_what_a_person_refused_is_not_asked_for_again_before_its_period_is_over(world: World) -> None:
    day(world, D1, HIGH)
    move("lapsed")
    again = day(world, D1, HIGH, dpd_days=1)
    assert (again.raised, again.actions_proposed) == (True, 0)
    day(world, D1 + timedelta(days=29), HIGH)
    assert [row[3] for row in actions()] == ["lapsed"]
    day(world, D1 + timedelta(days=30), HIGH)
    assert [row[3] for row in actions()] == ["lapsed", "proposed"]


def test_a_refusal_holds_for_its_standard_alone(world: World) -> None:
    day(world, D1, HIGH)
    move("lapsed")
    day(world, D1, MEDIUM)
    assert actions()[1:] == [("weekly_check", D2, D2 + timedelta(days=59), "proposed")]
    day(world, D3, HIGH)
    assert [(row[0], row[3]) for row in actions()] == [
        ("daily_check", "lapsed"),
        ("weekly_check", "lapsed"),
        ("daily_check", "proposed"),
    ]


def test_a_standard_in_force_is_proposed_again_when_its_review_is_due_and_renewed_without_a_break(world: World) -> None:
    day(world, D1, HIGH)
    move("approved")
    assert day(world, D1 + timedelta(days=22), HIGH).actions_proposed == 0
    day(world, D1 + timedelta(days=23), HIGH)
    move("approved")
    assert actions() == [
        ("daily_check", D1, D1 + timedelta(days=29), "lapsed"),
        ("daily_check", D1 + timedelta(days=23), D1 + timedelta(days=52), "approved"),
    ]
    in_force = "select in_force_from_date from risk.customer_action where state = 'approved'"
    assert ask(in_force) == [(D1,)]


@pytest.mark.parametrize(
    ("pd", "limit", "exposure", "proposed"),
    [
        (LOW, 1000, 400, 1000),
        (MEDIUM, 1000, 400, 800),
        (MEDIUM, 1000, 900, 900),
        (HIGH, 1000, 400, 400),
        (HIGH, 1000, 1200, 1000),
        (HIGH, None, 400, None),
    ],
)
def test_the_proposed_limit_is_a_share_of_the_limit_and_never_below_what_is_owed_within_it(
    world: World, pd: float, limit: int | None, exposure: int, proposed: int | None
) -> None:
    day(world, D1, pd, limit_amount=limit, exposure_amount=exposure)
    assert ask(
        "select (intent ->> 'proposed_limit_amount')::numeric from risk.customer_action "
        "where action_code = 'credit_limit_review'"
    ) == [(proposed,)]


GOOD: dict[str, Any] = {
    "tenure_days": 730,
    "worst_dpd_365d_days": 0,
    "is_in_default": False,
    "on_time_365d_ratio": 1,
    "utilisation_ratio": 0.5,
    "limit_amount": 1000,
    "exposure_amount": 500,
}


def supports() -> set[str]:
    return {
        row[0]
        for row in ask(
            "select action_code from risk.customer_action where state <> 'lapsed' "
            "and action_code in ('simplified_approval', 'credit_increase')"
        )
    }


def good_day(world: World, as_of_date: date, points: int, pd: float = LOW, **values: Any) -> None:
    """Run and publish one date for a customer whom both supports are open to, but for `values`."""
    run = world.run(as_of_date, {"C1": {"pd": pd} | GOOD | values})
    tell("update risk.customer_score set score_points = %s where run_id = %s", points, run.run_id)
    decide(run)
    world.finish(run, publish(run).verdict)


def test_the_good_ones_are_offered_support_with_a_higher_limit(world: World) -> None:
    good_day(world, D1, 620)
    assert supports() == {"simplified_approval", "credit_increase"}
    assert ask(
        "select (intent ->> 'proposed_limit_amount')::numeric from risk.customer_action "
        "where action_code = 'credit_increase'"
    ) == [(1200,)]


@pytest.mark.parametrize(
    ("points", "values", "offered"),
    [
        (619, {}, {"simplified_approval"}),
        (599, {}, set()),
        (620, {"tenure_days": 729}, {"simplified_approval"}),
        (620, {"tenure_days": 364}, set()),
        (620, {"tenure_days": None}, set()),
        (620, {"worst_dpd_365d_days": 1}, set()),
        (620, {"worst_dpd_365d_days": None}, set()),
        (620, {"on_time_365d_ratio": None}, {"simplified_approval"}),
        (620, {"utilisation_ratio": 0.49}, {"simplified_approval"}),
        (620, {"utilisation_ratio": 0.91}, {"simplified_approval"}),
        (620, {"limit_amount": None}, {"simplified_approval"}),
        (620, {"is_in_default": None}, set()),
    ],
)
def test_support_is_offered_to_nobody_of_whom_a_condition_is_unmet_or_unknown(
    world: World, points: int, values: dict[str, Any], offered: set[str]
) -> None:
    good_day(world, D1, points, **values)
    assert supports() == offered


def test_support_ends_as_a_proposal_when_a_condition_no_longer_holds(world: World) -> None:
    good_day(world, D1, 620)
    good_day(world, D2, 620, worst_dpd_365d_days=3)
    assert supports() == set()
    good_day(world, D3, 620)
    assert supports() == {"simplified_approval", "credit_increase"}
    good_day(world, D3 + timedelta(days=1), 620, pd=MEDIUM)
    assert supports() == set()
