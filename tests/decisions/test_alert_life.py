"""Promises of an alert's life: people's decisions last, cooldowns and snoozes hold, every change has its row."""

from datetime import date, timedelta
from typing import Any

import pytest
from alert_days import D1, D2, D3, alert_life, alerts, day, days, events, person
from risk_world import World, ask, tell

from loudong.decisions.alert_life import MOVES
from loudong.errors import LoudongError

DAY = timedelta(days=1)
# Of the rule arrears.
COOLDOWN, LAPSE, RESOLVE = timedelta(days=30), timedelta(days=30), timedelta(days=30)


def test_an_acknowledged_alert_is_due_when_it_is_to_be_closed(world: World) -> None:
    day(world, D1, dpd_days=8)
    person(alert_life.acknowledge)
    assert alerts("status, due_date, owner_id") == [("acknowledged", D1 + RESOLVE, "M1")]
    assert events("kind_code, actor, reason, from_status, to_status, changes -> 'due_date' ->> 'from'")[-1] == (
        "acknowledged",
        "wang",
        "as told",
        "open",
        "acknowledged",
        "2025-03-08",
    )


@pytest.mark.parametrize("outcome", alert_life.OUTCOMES)
def test_a_resolved_alert_carries_its_outcome_and_who_closed_it(world: World, outcome: str) -> None:
    day(world, D1, dpd_days=8)
    person(alert_life.resolve, outcome)
    assert alerts("status, outcome_code, closed_date, closed_by") == [("resolved", outcome, D1, "wang")]


def test_a_closed_alert_is_changed_no_more_but_takes_a_note(world: World) -> None:
    day(world, D1, dpd_days=8)
    person(alert_life.withdraw)
    for act, arguments in (
        (alert_life.acknowledge, ()),
        (alert_life.assign, ("M1",)),
        (alert_life.snooze, (D3,)),
        (alert_life.escalate, (None,)),
        (alert_life.resolve, ("confirmed",)),
        (alert_life.withdraw, ()),
    ):
        with pytest.raises(LoudongError, match="is withdrawn and cannot be"):
            person(act, *arguments)
    before = alerts("*")
    person(alert_life.note)
    assert alerts("*") == before
    assert events()[-1] == (D1, "noted", "wang")


def test_an_edit_needs_a_known_alert_a_name_and_a_reason(world: World) -> None:
    day(world, D1, dpd_days=8)
    with pytest.raises(LoudongError, match="there is no alert 999999"):
        person(alert_life.note, alert_id=999_999)
    for name in ("", " ", "loudong"):
        with pytest.raises(LoudongError, match="is not the name of a person"):
            person(alert_life.note, by=name)
    with pytest.raises(LoudongError, match="snooze until a date after 2025-03-01"):
        person(alert_life.snooze, D1)
    with pytest.raises(LoudongError, match="is no outcome"):
        person(alert_life.resolve, "great")


@pytest.mark.parametrize("close", [("withdraw",), ("resolve", "false_alarm")])
def test_running_a_date_again_reopens_nothing_that_a_person_closed(world: World, close: tuple[str, ...]) -> None:
    day(world, D1, dpd_days=31)
    person(getattr(alert_life, close[0]), *close[1:])
    closed = alerts("*")
    assert day(world, D1, dpd_days=92).alerts_opened == 0
    assert alerts("*") == closed


def test_a_rule_cools_down_after_a_person_closed_it_unless_it_is_graver(world: World) -> None:
    day(world, D1, dpd_days=8)
    person(alert_life.resolve, "valuable")
    assert day(world, D1 + COOLDOWN, dpd_days=9).alerts_opened == 0
    assert day(world, D1 + COOLDOWN + DAY, dpd_days=10).alerts_opened == 1
    person(alert_life.resolve, "valuable")
    assert day(world, D1 + COOLDOWN + 2 * DAY, dpd_days=31).alerts_opened == 1
    assert alerts("severity, status") == [("minor", "resolved"), ("minor", "resolved"), ("major", "open")]


def test_a_snoozed_rule_is_silent_up_to_its_end_and_comes_back_if_it_still_hits(world: World) -> None:
    day(world, D1, dpd_days=8)
    person(alert_life.snooze, D2)
    assert day(world, D2, dpd_days=9).alerts_woken == 0
    assert alerts("status, snoozed_until, value") == [("snoozed", D2, 9.0)]
    assert ask(
        "select outcome_code, subject_count from risk.rule_outcome where rule_code = 'arrears' and as_of_date = %s "
        "and subject_count > 0",
        D2,
    ) == [("snoozed", 1)]
    assert day(world, D3, dpd_days=10).alerts_woken == 1
    assert alerts("status, snoozed_until, due_date") == [("open", None, D3 + timedelta(days=7))]
    assert events() == [(D1, "opened", "loudong"), (D1, "snoozed", "wang"), (D3, "woken", "loudong")]


def test_a_snoozed_alert_whose_rule_hits_no_more_lapses_at_its_end(world: World) -> None:
    day(world, D1, dpd_days=8)
    person(alert_life.snooze, D2)
    day(world, D2, dpd_days=0)
    assert alerts("status") == [("snoozed",)]
    assert day(world, D3, dpd_days=0).alerts_lapsed == 1
    assert alerts("status, closed_date, closed_by") == [("lapsed", D3, "loudong")]


def test_a_snoozed_alert_rises_and_stays_snoozed(world: World) -> None:
    day(world, D1, dpd_days=8)
    person(alert_life.snooze, D3)
    assert day(world, D2, dpd_days=31).alerts_risen == 1
    assert alerts("status, severity") == [("snoozed", "major")]


def test_what_nobody_took_up_lapses_when_the_rule_has_not_hit_for_its_days(world: World) -> None:
    day(world, D1, dpd_days=8)
    day(world, D1 + LAPSE - DAY, dpd_days=0)
    assert alerts("status") == [("open",)]
    assert day(world, D1 + LAPSE, dpd_days=0).alerts_lapsed == 1
    assert alerts("status, closed_by") == [("lapsed", "loudong")]


def test_a_rule_cools_down_after_an_alert_lapsed_unless_it_is_graver(world: World) -> None:
    day(world, D1, dpd_days=8)
    assert day(world, D1 + LAPSE, dpd_days=0).alerts_lapsed == 1
    assert day(world, D1 + LAPSE + COOLDOWN, dpd_days=9).alerts_opened == 0
    assert day(world, D1 + LAPSE + COOLDOWN + DAY, dpd_days=10).alerts_opened == 1
    lapsed = D1 + 2 * LAPSE + COOLDOWN + DAY
    assert day(world, lapsed, dpd_days=0).alerts_lapsed == 1
    assert day(world, lapsed + DAY, dpd_days=31).alerts_opened == 1


@pytest.mark.parametrize("taken", [("acknowledge",), ("assign", "R1")])
def test_what_a_person_took_up_does_not_lapse(world: World, taken: tuple[str, ...]) -> None:
    day(world, D1, dpd_days=8)
    person(getattr(alert_life, taken[0]), *taken[1:])
    assert day(world, D1 + LAPSE, dpd_days=0).alerts_lapsed == 0


def test_a_date_run_again_withdraws_what_no_longer_follows_and_takes_it_up_again(world: World) -> None:
    day(world, D1, dpd_days=8)
    assert day(world, D1, dpd_days=0).alerts_withdrawn == 1
    assert alerts("status, closed_by") == [("withdrawn", "loudong")]
    assert events("reason")[-1] == ("it no longer follows from what is known of 2025-03-01",)
    again = day(world, D1, dpd_days=9)
    assert (again.alerts_opened, again.alerts_reopened) == (0, 1)
    assert alerts("status, value, closed_date") == [("open", 9.0, None)]


def test_a_date_run_again_on_unknown_values_withdraws_nothing(world: World) -> None:
    day(world, D1, dpd_days=8)
    assert day(world, D1, dpd_days=None).alerts_withdrawn == 0


@pytest.mark.parametrize("touch", [("note",), ("acknowledge",), ("assign", "R1"), ("snooze", D3), ("escalate", None)])
def test_a_date_run_again_withdraws_nothing_that_a_person_touched(world: World, touch: tuple[Any, ...]) -> None:
    day(world, D1, dpd_days=8)
    person(getattr(alert_life, touch[0]), *touch[1:])
    touched = alerts("status, owner_id, owner_role")
    assert day(world, D1, dpd_days=0).alerts_withdrawn == 0
    assert alerts("status, owner_id, owner_role") == touched


def test_a_lapse_that_late_data_refute_is_taken_back(world: World) -> None:
    day(world, D1, dpd_days=8)
    day(world, D1 + LAPSE, dpd_days=0)
    assert day(world, D1 + LAPSE, dpd_days=8).alerts_reopened == 1
    assert alerts("status, last_hit_date, closed_by") == [("open", D1 + LAPSE, None)]


def test_an_owner_that_a_person_chose_keeps_an_alert_that_rises(world: World) -> None:
    day(world, D1, dpd_days=8)
    person(alert_life.assign, "R1")
    day(world, D2, dpd_days=91)
    assert alerts("severity, owner_role, owner_id, due_date") == [
        ("critical", "building_manager", "R1", date(2025, 3, 3))
    ]


def test_an_alert_of_a_rule_that_policy_dropped_is_withdrawn(world: World) -> None:
    day(world, D1, dpd_days=8)
    tell("update risk.alert set rule_code = 'no_such_rule'")
    day(world, D2, dpd_days=0)
    assert alerts("status") == [("withdrawn",)]
    assert events("reason")[-1] == ("the policy has no such rule any more",)


def test_what_people_do_is_filed_under_the_newest_published_date(world: World) -> None:
    days(world, D1, {"C1": {"dpd_days": 8}, "C2": {"dpd_days": 8}})
    day(world, D2, dpd_days=9)
    person(alert_life.acknowledge)
    assert events()[-1] == (D2, "acknowledged", "wang")
    assert ask("select now() - max(happened_at) < interval '1 minute' from risk.alert_event") == [(True,)]


def test_every_event_of_the_warehouse_is_a_move_of_the_table(world: World) -> None:
    allowed = ask(
        "select substring(pg_get_constraintdef(oid) from 'ARRAY.*') from pg_constraint "
        "where conname = 'alert_event_kind_code_check'"
    )[0][0]
    kinds = {part.split("'")[1] for part in allowed.split(",")}
    assert kinds == {*MOVES, "changed"}
