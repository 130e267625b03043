"""Promises of the cooldown: up at once, down after the days of the policy, whatever dates were skipped or run again."""

from pathlib import Path
from typing import Any

import pytest
from decisions.dated import DECIDED, HIGH, LOW, MEDIUM, Days, on, standing
from risk_world import World, ask, copy_policy

from loudong.policy import load_policy

# The standing policy: high is held for 30 days, medium for 14.


# What a customer's pd is from which day on.
STORIES: dict[str, dict[int, float]] = {
    "rises": {0: LOW, 1: MEDIUM, 2: HIGH},
    "high_to_low": {0: HIGH, 1: LOW},
    "high_to_medium": {0: HIGH, 1: MEDIUM},
    "medium_to_low": {0: MEDIUM, 1: LOW},
    "low_lately": {0: HIGH, 1: MEDIUM, 20: LOW},
    "relapses": {0: HIGH, 1: LOW, 20: HIGH, 21: LOW},
}
OFFSETS = (0, 1, 2, 14, 15, 20, 21, 30, 31, 34, 50, 51)
Told = dict[tuple[str, int], tuple[Any, ...]]


@pytest.fixture(scope="module")
def told(_world: World) -> Told:
    """What was decided of each story on every day, all of them published."""
    _world.clear()
    days = Days(_world)
    for offset in OFFSETS:
        states = {name: {"pd": story[max(day for day in story if day <= offset)]} for name, story in STORIES.items()}
        states["floor_ends"] = {"pd": LOW, "dpd_days": 40 if offset else 91}
        days.publish(offset, **states)
    rows = ask(f"select customer_id, as_of_date, {DECIDED}, trace from risk.customer_tier")
    return {(row[0], (row[1] - on(0)).days): row[2:] for row in rows}


@pytest.fixture
def days(world: World) -> Days:
    return Days(world)


def test_a_tier_rises_at_once(told: Told) -> None:
    assert [told["rises", offset][0] for offset in range(3)] == ["low", "medium", "high"]
    assert told["rises", 2][3] == "pd"


@pytest.mark.parametrize("tier", ["medium", "low"])
def test_high_falls_straight_to_what_qualifies_once_it_was_held_for_30_days(told: Told, tier: str) -> None:
    for offset in (1, 2, 30):
        assert told[f"high_to_{tier}", offset][:4] == ("high", tier, "high", "cooldown")
    assert told[f"high_to_{tier}", 31][:4] == (tier, tier, tier, "pd")


def test_medium_is_held_for_14_days(told: Told) -> None:
    assert [told["medium_to_low", offset][0] for offset in (1, 14, 15)] == ["medium", "medium", "low"]


def test_who_qualified_for_low_only_lately_falls_from_high_to_medium_first(told: Told) -> None:
    assert told["low_lately", 30][:4] == ("high", "low", "high", "cooldown")
    assert told["low_lately", 31][:4] == ("medium", "low", "medium", "cooldown")
    assert told["low_lately", 34][:4] == ("low", "low", "low", "pd")


def test_a_relapse_starts_the_count_anew(told: Told) -> None:
    assert [told["relapses", offset][0] for offset in (31, 50, 51)] == ["high", "high", "low"]


def test_a_floor_that_no_longer_holds_is_held_too(told: Told) -> None:
    assert told["floor_ends", 1][:4] == ("high", "medium", "high", "cooldown")


def test_the_trace_says_since_when_and_until_when_a_tier_is_held(told: Told) -> None:
    trace = told["high_to_low", 2][4]
    assert trace["cooldown"] == {
        "tier": "high",
        "since_date": on(1).isoformat(),
        "hold_days": 30,
        "falls_date": on(31).isoformat(),
    }
    assert (trace["policy_row"], trace["qualified_tier"]) == ("tier_cooldown.csv:high", "low")


def test_dates_that_nobody_published_do_not_change_what_is_decided(told: Told, days: Days) -> None:
    days.publish(0, C1=HIGH)
    days.publish(1, C1=LOW)
    days.publish(31, C1=LOW)
    of_the_date = ("previous_date", "previous_tier")
    *decided, trace = standing(31, f"{DECIDED}, trace")
    *with_more_dates, other = told["high_to_low", 31]
    assert decided == with_more_dates
    assert {**trace, **dict.fromkeys(of_the_date)} == {**other, **dict.fromkeys(of_the_date)}


def test_days_before_the_first_date_that_qualifies_are_not_counted(days: Days) -> None:
    days.publish(0, C1=HIGH)
    days.publish(40, C1=LOW)
    assert standing(40)[3] == "cooldown"
    days.publish(69, C1=LOW)
    assert standing(69)[3] == "cooldown"
    days.publish(70, C1=LOW)
    assert standing(70)[0] == "low"


def test_a_date_run_again_is_held_as_before(days: Days) -> None:
    for offset, pd in ((0, HIGH), (1, LOW), (2, LOW)):
        days.publish(offset, C1=pd)
    assert days.publish(1, C1=LOW) == "unchanged"
    assert days.publish(2, C1=LOW) == "unchanged"


def test_a_failed_run_holds_nothing(days: Days) -> None:
    days.publish(0, C1=LOW)
    days.publish(1, C1=HIGH, is_published=False)
    days.publish(2, C1=LOW)
    assert standing(2) == ("low", "low", "low", "pd")


def test_a_policy_row_of_0_days_lets_a_tier_fall_at_once(days: Days, tmp_path: Path) -> None:
    policy = days.world.policy
    days.publish(0, C1=HIGH)
    try:
        days.world.seed(load_policy(copy_policy(tmp_path, tier_cooldown=("high,30,", "high,0,"))))
        days.publish(1, C1=LOW)
    finally:
        days.world.seed(policy)
    # Medium keeps its own 14 days.
    assert standing(1) == ("medium", "low", "medium", "cooldown")


def test_no_tier_without_a_reason_can_be_written(days: Days) -> None:
    days.publish(0, C1=LOW)
    for change in (
        "tier = 'medium'",
        "decided_by = 'cooldown'",
        "decided_by = 'override'",
        "decided_by = 'floor', floor_code = 'in_default'",
        "rule_tier = 'high', tier = 'high'",
        "qualified_tier = 'medium', rule_tier = 'medium', tier = 'medium', below_medium_since_date = null",
        "pd_tier = 'high'",
        "below_high_since_date = null",
    ):
        with pytest.raises(Exception, match=r"customer_tier_(reason|rises|since)"):
            ask(f"update risk.customer_tier set {change} returning 1")
