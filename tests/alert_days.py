"""Days for alerts to live through: runs of one customer, what people do, and what stands afterwards."""

from collections.abc import Callable
from datetime import date
from typing import Any

from risk_world import World, ask

from loudong.decisions import alert_life
from loudong.decisions.decide import decide
from loudong.decisions.demand import Demands
from loudong.publishing.publish import publish
from loudong.warehouse.connect import connect

D1, D2, D3 = date(2025, 3, 1), date(2025, 3, 2), date(2025, 3, 3)


def day(world: World, as_of_date: date, **values: Any) -> Demands:
    """Run and publish one date for customer C1; what it demanded."""
    return days(world, as_of_date, {"C1": values})


def days(world: World, as_of_date: date, customers: dict[str, dict[str, Any]]) -> Demands:
    """Run and publish one date for several customers; what it demanded."""
    run = world.run(as_of_date, {customer: {"pd": 0.01} | values for customer, values in customers.items()})
    decide(run)
    publication = publish(run)
    world.finish(run, publication.verdict)
    return publication.demands


def alerts(columns: str) -> list[tuple[Any, ...]]:
    """Columns of every alert, oldest first."""
    return ask(f"select {columns} from risk.alert order by alert_id")


def events(columns: str = "as_of_date, kind_code, actor") -> list[tuple[Any, ...]]:
    """Columns of everything that happened, oldest first."""
    return ask(f"select {columns} from risk.alert_event order by alert_event_id")


def person(act: Callable[..., Any], *arguments: Any, alert_id: int | None = None, by: str = "wang") -> Any:
    """What a person does to an alert, by default the newest."""
    chosen = alert_id or ask("select max(alert_id) from risk.alert")[0][0]
    with connect() as connection:
        return act(alert_life.edit(connection, chosen, by, "as told"), *arguments)


__all__ = ["D1", "D2", "D3", "alert_life", "alerts", "day", "days", "events", "person"]
