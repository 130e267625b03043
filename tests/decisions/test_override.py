"""Promises of overrides: a name, a reason, an expiry; known from when they were made; never lost, never rewritten."""

from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
import pytest
from click.testing import CliRunner
from decisions.dated import HIGH, LOW, MEDIUM, Days, at, on, standing
from risk_world import World, ask, tell

from loudong.cli import cli
from loudong.decisions.override import end_override, make_override
from loudong.errors import LoudongError
from loudong.warehouse.connect import connect


@pytest.fixture
def days(world: World) -> Days:
    return Days(world)


def override(tier: str, made: int = 0, until: int = 9, customer: str = "C1") -> int:
    return make_override(customer, tier, "Li Lei", "met the owner", on(until), at(made)).override_id


# What of a customer is known, what a person decided, what becomes of it, by what, and the floor that was in the way.
CASES: tuple[tuple[dict[str, Any], str, str, str, str | None], ...] = (
    ({"pd": LOW}, "high", "high", "override", None),
    ({"pd": HIGH}, "low", "low", "override", None),
    ({"pd": HIGH, "dpd_days": 90}, "low", "low", "override", None),
    ({"pd": LOW, "has_related_bankruptcy": True}, "low", "low", "override", None),
    ({"pd": LOW, "dpd_days": 91}, "low", "high", "floor", "dpd_over_90"),
    ({"pd": LOW, "is_in_default": True}, "medium", "high", "floor", "in_default"),
    ({"pd": HIGH, "is_non_performing": True}, "low", "high", "pd", "non_performing"),
    ({"pd": MEDIUM}, "medium", "medium", "pd", None),
)


def test_an_override_decides_in_both_directions_above_the_floors_that_policy_closes_and_the_trace_tells_it(
    days: Days,
) -> None:
    names = [f"C{number + 1}" for number in range(len(CASES))]
    numbers = [override(case[1], customer=name) for name, case in zip(names, CASES, strict=True)]
    days.publish(0, **{name: case[0] for name, case in zip(names, CASES, strict=True)})
    for name, number, (_, asked, tier, decided_by, bound) in zip(names, numbers, CASES, strict=True):
        assert standing(0, "tier, decided_by, override_id", name) == (tier, decided_by, number), name
        (trace,) = standing(0, "trace", name)
        assert trace["override"] == {
            "override_id": number,
            "tier": asked,
            "made_by": "Li Lei",
            "because": "met the owner",
            "expires_date": on(9).isoformat(),
            "bound_floor_code": bound,
        }


def test_an_override_counts_from_its_day_to_its_last_and_then_the_rules_hold_again_at_once(days: Days) -> None:
    override("high", made=1, until=3)
    for offset in range(5):
        days.publish(offset, C1=LOW)
    assert [standing(offset)[0] for offset in range(5)] == ["low", "high", "high", "high", "low"]
    assert standing(4) == ("low", "low", "low", "pd")


def test_a_date_knows_only_what_was_made_before_its_midnight(days: Days) -> None:
    midnight = at(1, 0)
    make_override("C1", "high", "Li Lei", "why", on(9), midnight - timedelta(microseconds=1))
    make_override("C2", "high", "Li Lei", "why", on(9), midnight)
    days.publish(0, C1=LOW, C2=LOW)
    assert (standing(0)[0], standing(0, customer="C2")[0]) == ("high", "low")


def test_a_past_date_run_again_keeps_the_override_it_had_and_gets_none_that_came_later(days: Days) -> None:
    override("high", made=1)
    days.publish(0, C1=LOW)
    days.publish(1, C1=LOW)
    end_override("C1", "Han Meimei", "settled", at(2))
    days.publish(2, C1=LOW)
    assert [standing(offset)[0] for offset in range(3)] == ["low", "high", "low"]
    assert [days.publish(offset, C1=LOW) for offset in range(3)] == ["unchanged"] * 3


def test_an_override_leaves_the_count_of_the_cooldown_as_it_is(days: Days) -> None:
    days.publish(0, C1=HIGH)
    override("low", made=1, until=5)
    days.publish(1, C1=LOW)
    days.publish(6, C1=LOW)
    days.publish(31, C1=LOW)
    assert standing(1) == ("low", "low", "high", "override")
    assert standing(6) == ("high", "low", "high", "cooldown")
    assert standing(31) == ("low", "low", "low", "pd")


def test_one_override_stands_per_customer_and_an_expired_one_makes_room(days: Days) -> None:
    first = override("high", made=0, until=3)
    with pytest.raises(LoudongError, match=r"Li Lei set C1 to high until 2025-03-04 \(met the owner\): end that first"):
        override("low", made=3)
    second = override("low", made=4)
    assert ask("select override_id, ended_by, ended_because from risk.tier_override order by 1") == [
        (first, "loudong", "expired on 2025-03-04"),
        (second, None, None),
    ]
    for offset in (2, 3, 4):
        days.publish(offset, C1=MEDIUM)
    assert [standing(offset)[0] for offset in (2, 3, 4)] == ["high", "high", "low"]


def test_everything_done_to_an_override_is_kept_with_who_when_and_why(days: Days) -> None:
    number = override("high")
    end_override("C1", "Han Meimei", "settled", at(2))
    assert ask(
        "select override_id, event_code, actor, reason, happened_at from risk.tier_override_event order by happened_at"
    ) == [
        (number, "made", "Li Lei", "met the owner", at(0)),
        (number, "ended", "Han Meimei", "settled", at(2)),
    ]


def test_what_a_person_decided_can_be_neither_rewritten_nor_deleted(days: Days) -> None:
    override("high")
    for statement in (
        "update risk.tier_override set tier = 'low'",
        "update risk.tier_override set because = 'x'",
        "update risk.tier_override set expires_date = '2030-01-01'",
        "delete from risk.tier_override",
        "update risk.tier_override_event set actor = 'x'",
        "delete from risk.tier_override_event",
    ):
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            tell(statement)
    end_override("C1", "Han Meimei", "settled", at(1))
    with pytest.raises(psycopg.errors.RaiseException, match=r"override \d+ of customer C1 has ended"):
        tell("update risk.tier_override set ended_because = 'x'")
    with connect("admin") as connection, pytest.raises(psycopg.errors.RaiseException):
        connection.execute("update risk.tier_override set tier = 'low'")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("C1", "middle", "Li Lei", "why", on(9)), "middle is not one of low, medium, high"),
        (("C1", "high", " ", "why", on(9)), "the name of who decides is empty"),
        (("C1", "high", "Li Lei", "\n", on(9)), "the reason is empty"),
        (("C1", "high", "Li Lei", "why", on(-1)), "2025-02-28 lies before 2025-03-01"),
        (("C77", "high", "Li Lei", "why", on(9)), "unknown customer C77"),
    ],
)
def test_an_override_without_customer_tier_name_reason_or_future_is_refused(
    days: Days, arguments: tuple[Any, ...], message: str
) -> None:
    with pytest.raises(LoudongError, match=message):
        make_override(*arguments, at=at(0))
    assert ask("select count(*) from risk.tier_override") == [(0,)]


def test_the_command_sets_lists_and_ends(days: Days) -> None:
    runner = CliRunner()
    until = (datetime.now(UTC) + timedelta(days=30)).date().isoformat()
    named = ["--by", "Li Lei", "--because", "met the owner"]
    made = runner.invoke(cli, ["override", "set", "C1", "high", *named, "--until", until], catch_exceptions=False)
    assert f"until {until}, by Li Lei: met the owner; it counts from 20" in made.output
    assert "C1 is high from" in runner.invoke(cli, ["override", "list"]).output
    runner.invoke(cli, ["override", "end", "C1", "--by", "Han Meimei", "--because", "settled"], catch_exceptions=False)
    assert runner.invoke(cli, ["override", "list", "--customer", "C1"]).output == "no override stands\n"
    assert "by Han Meimei: settled" in runner.invoke(cli, ["override", "list", "--all"]).output
    with pytest.raises(LoudongError, match="no override stands for C1"):
        runner.invoke(cli, ["override", "end", "C1", "--by", "Li Lei", "--because", "x"], catch_exceptions=False)
