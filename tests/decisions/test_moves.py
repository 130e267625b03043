"""Promises of the moves: every change of tier is told in parts, in score points and tier steps, that add up."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from decisions.dated import HIGH, LOW, MEDIUM, Days, at, on
from risk_world import World, ask, copy_policy, insert

from loudong.decisions.override import end_override, make_override
from loudong.policy import load_policy
from loudong.warehouse.connect import connect

PARTS = ("new_data", "late_correction", "model", "policy", "cooldown", "override")


@pytest.fixture
def days(world: World) -> Days:
    return Days(world)


@pytest.fixture
def _no_payments(world: World) -> Iterator[None]:
    yield
    with connect("admin") as connection:
        connection.execute("truncate landing.payment")


def scored(pd: float, points: int, **values: Any) -> dict[str, Any]:
    return {"pd": pd, "score_points": points} | values


def move(offset: int, customer: str = "C1") -> dict[str, tuple[int, int]] | None:
    """Parts of the move of the published run that are not zero, as (steps, points), and the whole; None without one."""
    columns = ", ".join(f"{part}_steps, {part}_points" for part in PARTS)
    rows = ask(
        f"select tier_steps, score_points, {columns} from risk.tier_move "
        "inner join ops.publication using (run_id, as_of_date) "
        "where superseded_at is null and as_of_date = %s and customer_id = %s",
        on(offset),
        customer,
    )
    if not rows:
        return None
    pairs = list(zip(rows[0][::2], rows[0][1::2], strict=True))
    told = dict(zip(("whole", *PARTS), pairs, strict=True))
    return {name: pair for name, pair in told.items() if pair != (0, 0)}


def pay(paid: date, observed_at: Any) -> None:
    row = {"payment_id": "P", "customer_id": "C1", "payment_date": paid, "paid_amount": 1, "observed_at": observed_at}
    with connect() as connection:
        insert(connection, "landing", "payment", [row | {"content_hash": f"{7:032x}", "file_id": 1, "file_line": 1}])


def test_what_did_not_change_and_who_is_new_has_no_move(days: Days) -> None:
    days.publish(0, C1=scored(LOW, 620))
    days.publish(1, C1=scored(LOW, 610), C2=scored(HIGH, 400))
    assert (move(1), move(1, "C2")) == (None, None)


def test_a_rise_by_new_data_is_all_new_data(days: Days) -> None:
    days.publish(0, C1=scored(LOW, 620))
    days.publish(1, C1=scored(HIGH, 400))
    assert move(1) == {"whole": (2, -220), "new_data": (2, -220)}
    days.publish(2, C1=scored(LOW, 620, dpd_days=91))
    assert move(2) is None


def test_the_end_of_a_hold_is_the_cooldowns_and_what_the_score_did_that_day_is_new_data(days: Days) -> None:
    days.publish(0, C1=scored(HIGH, 400))
    days.publish(1, C1=scored(LOW, 610))
    days.publish(31, C1=scored(LOW, 615))
    assert move(1) is None
    assert move(31) == {"whole": (-2, 5), "new_data": (0, 5), "cooldown": (-2, 0)}


def test_an_override_made_ended_and_expired_is_the_overrides(days: Days) -> None:
    days.publish(0, C1=scored(LOW, 600))
    make_override("C1", "high", "Li Lei", "why", on(20), at(1))
    days.publish(1, C1=scored(LOW, 600))
    assert move(1) == {"whole": (2, 0), "override": (2, 0)}
    end_override("C1", "Li Lei", "settled", at(2))
    # New data alone would have left the override's tier as it was: all of the fall is that it ended.
    days.publish(2, C1=scored(MEDIUM, 580))
    assert move(2) == {"whole": (-1, -20), "new_data": (0, -20), "override": (-1, 0)}
    make_override("C1", "low", "Li Lei", "why", on(3), at(3))
    days.publish(3, C1=scored(MEDIUM, 580))
    days.publish(4, C1=scored(MEDIUM, 580))
    assert move(3) == {"whole": (-1, 0), "override": (-1, 0)}
    assert move(4) == {"whole": (1, 0), "override": (1, 0)}


def test_a_closed_floor_that_breaks_an_override_is_new_data(days: Days) -> None:
    make_override("C1", "low", "Li Lei", "why", on(20), at(0))
    days.publish(0, C1=scored(MEDIUM, 600))
    days.publish(1, C1=scored(MEDIUM, 600, dpd_days=91))
    assert move(1) == {"whole": (2, 0), "new_data": (2, 0)}


def test_a_changed_cut_off_is_the_policys_beside_what_the_data_did(days: Days, tmp_path: Path) -> None:
    before = days.world.policy
    days.publish(0, C1=scored(LOW, 600), C2=scored(0.015, 600))
    narrower = ("low,0,0.02,low risk,低风险\nmedium,0.02", "low,0,0.012,low risk,低风险\nmedium,0.012")
    try:
        days.world.seed(load_policy(copy_policy(tmp_path, tier_cutoff=narrower)))
        days.publish(1, C1=scored(0.015, 590), C2=scored(HIGH, 400))
    finally:
        days.world.seed(before)
    assert move(1) == {"whole": (1, -10), "new_data": (0, -10), "policy": (1, 0)}
    assert move(1, "C2") == {"whole": (2, -200), "new_data": (2, -200)}


def test_a_floor_on_an_indicator_that_the_policy_asks_for_no_more_is_the_policys(days: Days, tmp_path: Path) -> None:
    standing = days.world.policy
    bankruptcy = ("related_bankruptcy,has_related_bankruptcy", "other,is_restructured")
    held = ("medium,14", "medium,0")
    days.world.seed(load_policy(copy_policy(tmp_path, tier_cooldown=held)))
    try:
        days.publish(0, C1=scored(LOW, 600, has_related_bankruptcy=True))
        days.world.seed(load_policy(copy_policy(tmp_path, tier_cooldown=held, tier_floor=bankruptcy)))
        days.publish(1, C1=scored(LOW, 600, has_related_bankruptcy=True))
    finally:
        days.world.seed(standing)
    assert move(1) == {"whole": (-1, 0), "policy": (-1, 0)}


@pytest.mark.usefixtures("_no_payments")
@pytest.mark.parametrize(
    ("paid", "observed_at", "is_known"),
    [
        (on(1), at(1), True),  # new: paid and known since
        (on(0), at(1), False),  # about the previous date, known since
        (on(0), at(0), True),  # known then
        (on(0), at(2, 0), True),  # not known yet
    ],
)
def test_late_corrections_are_zero_where_nothing_came_late_and_else_the_row_says_that_they_are_not_known(
    days: Days, paid: date, observed_at: Any, is_known: bool
) -> None:
    days.publish(0, C1=scored(LOW, 600), C2=scored(LOW, 600))
    pay(paid, observed_at)
    days.publish(1, C1=scored(HIGH, 400), C2=scored(HIGH, 400))
    rows = ask("select customer_id, is_late_correction_known, late_correction_steps from risk.tier_move order by 1")
    assert rows == [("C1", is_known, 0), ("C2", True, 0)]


def test_a_date_run_again_tells_the_same_and_a_changed_one_anew(days: Days) -> None:
    days.publish(0, C1=scored(LOW, 600))
    days.publish(1, C1=scored(HIGH, 400))
    assert days.publish(1, C1=scored(HIGH, 400)) == "unchanged"
    assert ask("select count(*) from risk.tier_move") == [(1,)]
    assert days.publish(0, C1=scored(LOW, 590)) == "published"
    assert days.publish(1, C1=scored(HIGH, 400)) == "published"
    assert move(1) == {"whole": (2, -190), "new_data": (2, -190)}


def test_parts_that_do_not_add_up_cannot_be_written(days: Days) -> None:
    days.publish(0, C1=scored(LOW, 600))
    days.publish(1, C1=scored(HIGH, 400))
    with connect("admin") as connection, pytest.raises(Exception, match="tier_move_steps_add_up"):
        connection.execute("update risk.tier_move set policy_steps = 1")
    with connect("admin") as connection, pytest.raises(Exception, match="tier_move_points_add_up"):
        connection.execute("update risk.tier_move set new_data_points = 1")
