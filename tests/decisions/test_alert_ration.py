"""Promises of the ration: no more customers come newly into alert within 30 days than policy allows, riskiest first."""

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from risk_world import World, ask, copy_policy

from loudong.decisions.decide import decide
from loudong.decisions.demand import Demands
from loudong.policy import load_policy
from loudong.publishing.publish import publish

D1 = date(2025, 3, 1)
MINOR, MAJOR = {"dpd_days": 8}, {"dpd_days": 31}


@pytest.fixture
def rationed(world: World, tmp_path: Path) -> Iterator[World]:
    """Two customers, and no more, may come newly into alert within 30 days."""
    standing = world.policy
    world.seed(load_policy(copy_policy(tmp_path, work_rule=("alert_ration_least,50", "alert_ration_least,2"))))
    yield world
    world.seed(standing)


def day(world: World, offset: int, **customers: dict[str, Any]) -> Demands:
    """Run and publish a date; C1 is the least risky, C9 the most."""
    given = {name: {"pd": int(name[1:]) / 100} | values for name, values in customers.items()}
    run = world.run(D1 + timedelta(days=offset), given)
    decide(run)
    publication = publish(run)
    world.finish(run, publication.verdict)
    return publication.demands


def in_alert() -> set[str]:
    rows = ask("select customer_id from risk.alert where subject_level = 'customer' and rule_code = 'arrears'")
    return {row[0] for row in rows}


def test_the_riskiest_come_first_and_the_others_wait_until_thirty_days_have_passed(rationed: World) -> None:
    all_four = {"C1": MINOR, "C2": MINOR, "C3": MINOR, "C4": MINOR}
    assert day(rationed, 0, **all_four).customers_waiting == 2
    assert in_alert() == {"C3", "C4"}
    assert day(rationed, 29, **all_four).customers_waiting == 2
    assert in_alert() == {"C3", "C4"}
    assert day(rationed, 30, **all_four).customers_waiting == 0
    assert in_alert() == {"C1", "C2", "C3", "C4"}


def test_what_is_graver_than_minor_never_waits_and_takes_a_place(rationed: World) -> None:
    demands = day(rationed, 0, C1=MAJOR, C2=MAJOR, C3=MAJOR, C4=MINOR)
    assert (in_alert(), demands.customers_waiting) == ({"C1", "C2", "C3"}, 1)


def test_who_is_in_default_neither_waits_nor_takes_a_place(rationed: World) -> None:
    demands = day(rationed, 0, C1=MINOR | {"is_in_default": True}, C2=MINOR, C3=MINOR)
    assert (in_alert(), demands.customers_waiting) == ({"C1", "C2", "C3"}, 0)


def test_who_stands_in_alert_may_get_another_one(rationed: World) -> None:
    day(rationed, 0, C1=MINOR, C2=MINOR)
    demands = day(rationed, 1, C1=MINOR | {"complaint_90d_count": 3}, C2=MINOR, C3=MINOR)
    assert demands.customers_waiting == 1
    assert ask("select customer_id from risk.alert where rule_code = 'complaints'") == [("C1",)]


def test_a_date_run_again_lets_nobody_else_in(rationed: World) -> None:
    day(rationed, 0, C1=MINOR, C2=MINOR, C3=MINOR)
    again = day(rationed, 0, C1=MINOR, C2=MINOR, C3={"dpd_days": 9})
    assert (again.raised, again.customers_waiting, in_alert()) == (True, 1, {"C2", "C3"})


def test_without_a_ration_nobody_waits(world: World, tmp_path: Path) -> None:
    standing = world.policy
    text = (copy_policy(tmp_path) / "work_rule.csv").read_text(encoding="utf-8")
    kept = [line for line in text.splitlines(keepends=True) if not line.startswith("alert_ration")]
    (tmp_path / "work_rule.csv").write_text("".join(kept), encoding="utf-8")
    world.seed(load_policy(tmp_path))
    try:
        assert day(world, 0, **{f"C{number}": MINOR for number in range(1, 80)}).customers_waiting == 0
    finally:
        world.seed(standing)
    assert len(in_alert()) == 79
