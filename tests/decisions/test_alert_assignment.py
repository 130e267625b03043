"""Promises of who gets an alert: the least loaded of a role within capacity; what is late goes up once."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from alert_days import D1, D2, alert_life, alerts, day, days, events, person
from risk_world import World, ask, tell

from loudong.errors import LoudongError
from loudong.policy import load_policy
from loudong.settings import get_settings


def defaulted(count: int, first: int = 1) -> dict[str, dict[str, object]]:
    """Customers in default: each raises one alert of the role risk_manager."""
    return {f"C{number}": {"is_in_default": True} for number in range(first, first + count)}


def load() -> dict[str, int]:
    rows = ask("select coalesce(owner_id, '-'), count(*) from risk.alert group by 1 order by 1")
    return dict(rows)


@pytest.fixture
def one_each(world: World, tmp_path: Path) -> Iterator[None]:
    """A policy in which each risk manager takes one alert."""
    standing = world.policy
    for file in get_settings().policy_dir.glob("*.csv"):
        text = file.read_text(encoding="utf-8")
        (tmp_path / file.name).write_text(text.replace(",risk_manager,40,", ",risk_manager,1,"), encoding="utf-8")
    world.seed(load_policy(tmp_path))
    yield
    world.seed(standing)


def test_new_alerts_of_a_role_are_shared_out_evenly_in_one_go(world: World) -> None:
    assert days(world, D1, defaulted(5)).alerts_assigned == 5
    assert load() == {"RK01": 3, "RK02": 2}
    assert events("kind_code, actor, changes -> 'owner_id' ->> 'to'")[-1][:2] == ("assigned", "loudong")


def test_whoever_has_least_gets_the_next(world: World) -> None:
    days(world, D1, defaulted(4))
    tell("update risk.alert set owner_id = 'RK01'")
    days(world, D2, defaulted(6))
    assert load() == {"RK01": 4, "RK02": 2}


@pytest.mark.usefixtures("one_each")
def test_the_largest_come_first_when_there_is_room_for_few(world: World) -> None:
    customers = defaulted(4)
    customers["C3"]["exposure_amount"] = 900_000
    customers["C4"]["exposure_amount"] = 800_000
    days(world, D1, customers)
    assert dict(ask("select customer_id, owner_id from risk.alert")) == {
        "C1": None,
        "C2": None,
        "C3": "RK01",
        "C4": "RK02",
    }


@pytest.mark.usefixtures("one_each")
def test_what_waits_gets_an_owner_when_one_has_room_again(world: World) -> None:
    days(world, D1, defaulted(3))
    waiting = ask("select alert_id from risk.alert where owner_id is null")
    person(alert_life.resolve, "confirmed", alert_id=ask("select min(alert_id) from risk.alert")[0][0])
    assert len(waiting) == 1
    assert days(world, D2, defaulted(3)).alerts_assigned == 1
    assert ask("select count(*) from risk.alert where owner_id is null and status = 'open'") == [(0,)]


def test_a_due_date_that_passed_is_noted_once_and_goes_to_the_next_role(world: World) -> None:
    day(world, D1, dpd_days=8)
    due = D1 + timedelta(days=7)
    assert day(world, due, dpd_days=9).alerts_breached == 0
    late = due + timedelta(days=1)
    assert day(world, late, dpd_days=10).alerts_breached == 1
    assert alerts("owner_role, owner_id, due_date, breached_date, status") == [
        ("credit_officer", "CO01", late + timedelta(days=7), late, "open")
    ]
    assert day(world, late, dpd_days=11).alerts_breached == 0
    assert day(world, late + timedelta(days=1), dpd_days=12).alerts_breached == 0
    assert [row for row in events() if row[1] == "breached"] == [(late, "breached", "loudong")]


def test_at_the_top_a_breach_is_noted_once_and_moves_nothing(world: World) -> None:
    day(world, D1, is_in_default=True)
    late = D1 + timedelta(days=2)
    assert day(world, late, is_in_default=True).alerts_breached == 1
    assert day(world, late + timedelta(days=9), is_in_default=True).alerts_breached == 0
    assert alerts("owner_role, breached_date, due_date") == [("risk_manager", late, D1 + timedelta(days=1))]


def test_what_a_person_has_in_hand_is_late_without_being_taken_away(world: World) -> None:
    day(world, D1, dpd_days=8)
    person(alert_life.acknowledge)
    late = D1 + timedelta(days=31)
    assert day(world, late, dpd_days=9).alerts_breached == 1
    assert alerts("status, owner_role, owner_id") == [("acknowledged", "building_manager", "M1")]


def test_a_snoozed_alert_is_not_late(world: World) -> None:
    day(world, D1, dpd_days=8)
    person(alert_life.snooze, D1 + timedelta(days=60))
    assert day(world, D1 + timedelta(days=40), dpd_days=9).alerts_breached == 0


@pytest.mark.usefixtures("one_each")
def test_a_person_assigns_within_capacity_and_only_to_somebody_known(world: World) -> None:
    days(world, D1, defaulted(3))
    tell("update risk.alert set owner_id = null")
    ids = [row[0] for row in ask("select alert_id from risk.alert order by alert_id")]
    assert person(alert_life.assign, None, alert_id=ids[0]) == "RK01"
    with pytest.raises(LoudongError, match="RK01 has 1 open alerts and takes at most 1"):
        person(alert_life.assign, "RK01", alert_id=ids[1])
    assert person(alert_life.assign, "RK01", alert_id=ids[0]) == "RK01"
    assert person(alert_life.assign, None, alert_id=ids[1]) == "RK02"
    with pytest.raises(LoudongError, match="nobody is called X9"):
        person(alert_life.assign, "X9", alert_id=ids[2])
    assert person(alert_life.assign, "CO02", alert_id=ids[2]) == "CO02"
    assert alerts("owner_role, owner_id, owner_set_by")[-1] == ("credit_officer", "CO02", "wang")
    days(world, D2, {"C9": {"dpd_days": 8}})
    with pytest.raises(LoudongError, match="comes with the data"):
        person(alert_life.assign, None)


def test_a_person_escalates_to_the_role_above_or_to_a_named_one(world: World) -> None:
    day(world, D1, dpd_days=8)
    assert person(alert_life.escalate, None) == "credit_officer"
    assert alerts("status, owner_role, owner_id, due_date") == [
        ("open", "credit_officer", "CO01", D1 + timedelta(days=7))
    ]
    for role, text in (("janitor", "no role of the team"), ("credit_officer", "is with credit_officer already")):
        with pytest.raises(LoudongError, match=text):
            person(alert_life.escalate, role)
    assert person(alert_life.escalate, "risk_manager") == "risk_manager"
    with pytest.raises(LoudongError, match="nobody stands above risk_manager"):
        person(alert_life.escalate, None)
