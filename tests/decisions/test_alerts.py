"""Promises of the alerts: one open per rule and customer, severity only rises, nothing twice, nothing for the past."""

from datetime import date
from typing import Any

import psycopg
import pytest
from risk_world import World, ask, tell

from loudong.decisions.decide import decide
from loudong.decisions.demand import Demands
from loudong.publishing.publish import publish
from loudong.warehouse.connect import connect

D1, D2, D3 = date(2025, 3, 1), date(2025, 3, 2), date(2025, 3, 3)


def day(world: World, as_of_date: date, **values: Any) -> Demands:
    """Run and publish one date for customer C1; what it demanded."""
    run = world.run(as_of_date, {"C1": {"pd": 0.01} | values})
    decide(run)
    publication = publish(run)
    world.finish(run, publication.verdict)
    return publication.demands


def alerts(columns: str) -> list[tuple[Any, ...]]:
    return ask(f"select {columns} from risk.alert order by alert_id")


def events() -> list[tuple[Any, ...]]:
    return ask(
        "select as_of_date, from_status, to_status, from_severity, to_severity from risk.alert_event "
        "order by alert_event_id"
    )


def test_a_hit_opens_one_alert_at_its_gravest_level_with_owner_and_due_date(world: World) -> None:
    assert day(world, D1, dpd_days=31).alerts_opened == 1
    assert alerts("rule_code, severity, threshold, value, owner_role, owner_id, opened_date, due_date, status") == [
        ("arrears", "major", 30.0, 31.0, "relationship_manager", "R1", D1, date(2025, 3, 4), "open")
    ]
    assert events() == [(D1, None, "open", None, "major")]


@pytest.mark.parametrize(
    ("values", "rules"),
    [
        ({"dpd_days": 7}, []),
        ({"dpd_days": 8}, [("arrears", "minor")]),
        ({"dpd_days": 30}, [("arrears", "minor")]),
        ({"dpd_days": 90}, [("arrears", "major")]),
        ({"dpd_days": 91}, [("arrears", "critical")]),
        ({"dpd_days": None}, []),
        ({"is_in_default": True}, [("in_default", "critical")]),
        ({"complaint_90d_count": 3, "exposure_amount": 0}, [("complaints", "minor")]),
    ],
)
def test_a_rule_hits_from_its_threshold_on(world: World, values: dict[str, Any], rules: list[tuple[str, str]]) -> None:
    day(world, D1, **values)
    assert alerts("rule_code, severity") == rules


def test_the_owner_of_a_building_manager_rule_is_the_manager_as_known_on_the_date(world: World) -> None:
    tell("update marts.dim_building set known_to = '2025-03-02T12:00:00+08:00'")
    tell(
        "insert into marts.dim_building (building_id, manager_id, valid_from_date, known_from) "
        "values ('B1', 'M2', '2024-06-01', '2025-03-02T12:00:00+08:00')"
    )
    day(world, D1, dpd_days=8)
    day(world, D2, complaint_90d_count=3)
    assert alerts("rule_code, owner_id") == [("arrears", "M1"), ("complaints", "M2")]


def test_hit_again_while_open_severity_rises_and_never_falls(world: World) -> None:
    day(world, D1, dpd_days=25)
    assert day(world, D2, dpd_days=91).alerts_risen == 1
    assert alerts("severity, value, threshold, owner_role, due_date, opened_date, last_hit_date") == [
        ("critical", 91.0, 90.0, "risk_manager", date(2025, 3, 3), D1, D2)
    ]
    assert day(world, D3, dpd_days=12).alerts_risen == 0
    assert alerts("severity, value, threshold, last_hit_date, evidence ->> 'dpd_days'") == [
        ("critical", 12.0, 90.0, D3, "12")
    ]
    assert events() == [
        (D1, None, "open", None, "minor"),
        (D2, "open", "open", "minor", "critical"),
        (D2, "open", "open", "critical", "critical"),
    ]


def test_a_rule_that_no_longer_hits_leaves_the_alert_open(world: World) -> None:
    day(world, D1, dpd_days=25)
    day(world, D2, dpd_days=0)
    assert alerts("status, last_hit_date") == [("open", D1)]


def test_running_a_date_again_raises_nothing_twice(world: World) -> None:
    day(world, D1, dpd_days=31)
    again = day(world, D1, dpd_days=31)
    assert (again.raised, again.alerts_opened, again.alerts_risen) == (False, 0, 0)
    other = day(world, D1, dpd_days=32)
    assert (other.raised, other.alerts_opened, other.alerts_risen) == (True, 0, 0)
    assert len(alerts("1")) == len(events()) == 1


def test_a_date_before_the_newest_published_one_raises_nothing(world: World) -> None:
    day(world, D2, dpd_days=0)
    assert not day(world, D1, dpd_days=91).raised
    assert ask("select tier from risk.customer_tier where as_of_date = %s", D1) == [("high",)]
    assert alerts("1") == []
    assert ask("select distinct run_id like '2025-03-02%%' from risk.customer_action") == [(True,)]
    assert ask("select count(*) from risk.follow_up_task where created_date < %s", D2) == [(0,)]


def test_a_run_that_died_before_it_was_published_has_raised_nothing(world: World) -> None:
    dead = world.run(D1, {"C1": {"pd": 0.5, "dpd_days": 31, "complaint_90d_count": 3}})
    decide(dead)
    world.finish(dead, "failed")
    for table in ("alert", "alert_event", "customer_action", "follow_up_task"):
        assert ask(f"select count(*) from risk.{table}") == [(0,)]
    assert day(world, D1, dpd_days=31).alerts_opened == 1


def test_a_demand_that_fails_late_leaves_nothing_behind_and_nothing_published(world: World) -> None:
    run = world.run(D1, {"C1": {"pd": 0.5, "dpd_days": 31}})
    decide(run)
    with connect("admin") as connection:
        connection.execute("revoke insert on risk.follow_up_task from loudong_pipeline")
    try:
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            publish(run)
    finally:
        with connect("admin") as connection:
            connection.execute("grant insert on risk.follow_up_task to loudong_pipeline")
    for table in ("risk.alert", "risk.alert_event", "risk.customer_action", "ops.publication"):
        assert ask(f"select count(*) from {table}") == [(0,)]
    assert publish(run).demands.alerts_opened == 2
