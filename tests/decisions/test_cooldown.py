"""Promises of the cooldown: up at once, down after the days of the policy, whatever dates were skipped or run again."""

from pathlib import Path

import pytest
from decisions.dated import HIGH, LOW, MEDIUM, Days, on, standing
from risk_world import World, ask, copy_policy

from loudong.policy import load_policy

# The standing policy: high is held for 30 days, medium for 14.


@pytest.fixture
def days(world: World) -> Days:
    return Days(world)


def test_a_tier_rises_at_once(days: Days) -> None:
    days.publish(0, C1=LOW)
    days.publish(1, C1=MEDIUM)
    days.publish(2, C1=HIGH)
    assert [standing(offset)[0] for offset in range(3)] == ["low", "medium", "high"]
    assert standing(2)[3] == "pd"


@pytest.mark.parametrize(("pd", "tier"), [(MEDIUM, "medium"), (LOW, "low")])
def test_high_falls_straight_to_what_qualifies_once_it_was_held_for_30_days(days: Days, pd: float, tier: str) -> None:
    days.publish(0, C1=HIGH)
    days.publish(1, C1=pd)
    days.publish(30, C1=pd)
    assert standing(1) == standing(30) == ("high", tier, "high", "cooldown")
    days.publish(31, C1=pd)
    assert standing(31) == (tier, tier, tier, "pd")


def test_medium_is_held_for_14_days(days: Days) -> None:
    days.publish(0, C1=MEDIUM)
    days.publish(1, C1=LOW)
    days.publish(14, C1=LOW)
    days.publish(15, C1=LOW)
    assert [standing(offset)[0] for offset in (1, 14, 15)] == ["medium", "medium", "low"]


def test_who_qualified_for_low_only_lately_falls_from_high_to_medium_first(days: Days) -> None:
    days.publish(0, C1=HIGH)
    days.publish(1, C1=MEDIUM)
    days.publish(20, C1=LOW)
    days.publish(31, C1=LOW)
    assert standing(31) == ("medium", "low", "medium", "cooldown")
    days.publish(34, C1=LOW)
    assert standing(34) == ("low", "low", "low", "pd")


def test_a_relapse_starts_the_count_anew(days: Days) -> None:
    days.publish(0, C1=HIGH)
    days.publish(1, C1=LOW)
    days.publish(20, C1=HIGH)
    days.publish(21, C1=LOW)
    days.publish(50, C1=LOW)
    assert standing(50)[0] == "high"
    days.publish(51, C1=LOW)
    assert standing(51)[0] == "low"


def test_dates_that_nobody_published_do_not_change_what_is_decided(days: Days) -> None:
    days.publish(0, C1=HIGH)
    for offset in (1, 2, 9, 30, 31):
        days.publish(offset, C1=LOW)
    with_more = standing(31, "tier, below_high_since_date, trace - 'previous_date' - 'previous_tier'")
    days.world.clear()
    days.publish(0, C1=HIGH)
    days.publish(1, C1=LOW)
    days.publish(31, C1=LOW)
    assert standing(31, "tier, below_high_since_date, trace - 'previous_date' - 'previous_tier'") == with_more


def test_days_before_the_first_date_that_qualifies_are_not_counted(days: Days) -> None:
    days.publish(0, C1=HIGH)
    days.publish(40, C1=LOW)
    assert standing(40)[3] == "cooldown"
    days.publish(69, C1=LOW)
    assert standing(69)[3] == "cooldown"
    days.publish(70, C1=LOW)
    assert standing(70)[0] == "low"


def test_a_floor_that_no_longer_holds_is_held_too(days: Days) -> None:
    days.publish(0, C1={"pd": LOW, "dpd_days": 91})
    days.publish(1, C1={"pd": LOW, "dpd_days": 40})
    assert standing(1) == ("high", "medium", "high", "cooldown")


def test_the_trace_says_since_when_and_until_when_a_tier_is_held(days: Days) -> None:
    days.publish(0, C1=HIGH)
    days.publish(2, C1=LOW)
    (trace,) = standing(2, "trace")
    assert trace["cooldown"] == {
        "tier": "high",
        "since_date": on(2).isoformat(),
        "hold_days": 30,
        "falls_date": on(32).isoformat(),
    }
    assert (trace["policy_row"], trace["qualified_tier"]) == ("tier_cooldown.csv:high", "low")


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
