"""The alerts of a date: what the rules say, and what follows for those that stand, in the transaction of the date.

Every alert that stands is changed by `alerts_changed`, which writes the event with it; people's changes go through the
same statement (`alert_life`).
"""

from dataclasses import dataclass
from typing import LiteralString

from loudong.decisions.alert_outcomes import create_outcomes
from loudong.decisions.statements import execute
from loudong.warehouse.connect import Connection


@dataclass(frozen=True)
class AlertCounts:
    """What became of alerts on a date. `alerts_hit_again` stood before and hit, `customers_waiting` would be newly in
    alert were it not for the ration; the rest are changes."""

    alerts_opened: int = 0
    alerts_reopened: int = 0
    alerts_risen: int = 0
    alerts_hit_again: int = 0
    alerts_woken: int = 0
    alerts_withdrawn: int = 0
    alerts_lapsed: int = 0
    customers_waiting: int = 0


def decide_alerts(connection: Connection) -> AlertCounts:
    """Open, raise, wake and close alerts as the rules ask on the date that `open_date` opened, tiers decided.

    Reads `decision_run`, `decision_customer` with its tier, the run's features and published scores; writes tables of
    `risk` by their bare names. Nothing here depends on people having acted.
    """
    create_outcomes(connection)
    reopened = _change(connection, "alerts_reopened")
    execute(connection, "alert_standing")
    hit_again = _count(
        connection,
        "select count(*) from decision_hit inner join decision_standing_alert using (customer_id, rule_code)",
    )
    risen = _change(connection, "alerts_risen")
    woken = _change(connection, "alerts_woken")
    execute(connection, "alerts_due")
    execute(connection, "alerts_waiting")
    waiting = _count(connection, "select count(*) from decision_waiting")
    opened = execute(connection, "alerts_opened")
    execute(connection, "alerts_seen")
    withdrawn = _change(connection, "alerts_withdrawn")
    lapsed = _change(connection, "alerts_lapsed")
    return AlertCounts(opened, reopened, risen, hit_again, woken, withdrawn, lapsed, waiting)


def note_outcomes(connection: Connection) -> None:
    """Write what every rule said, per subject and counted; after decide_alerts."""
    execute(connection, "alert_outcomes")


@dataclass(frozen=True)
class Dispatched:
    """Alerts whose due date passed, and those that got an owner from the team."""

    alerts_breached: int = 0
    alerts_assigned: int = 0


def dispatch_alerts(connection: Connection) -> Dispatched:
    """Escalate what is late and give alerts of a role to its members, within their capacity; after decide_alerts."""
    breached = _change(connection, "alerts_breached")
    assigned = _change(connection, "alerts_assigned")
    return Dispatched(breached, assigned)


def _count(connection: Connection, query: LiteralString) -> int:
    row = connection.execute(query).fetchone()
    return int(row[0]) if row else 0


def _change(connection: Connection, name: str) -> int:
    """Run a statement that says what is to change, and change it."""
    count = execute(connection, name)
    if count:
        execute(connection, "alerts_changed")
    return count
