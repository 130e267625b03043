"""Alerts as people ask for them: which stand, and the whole life of one."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from psycopg.rows import class_row, dict_row

from loudong.errors import LoudongError
from loudong.warehouse.connect import Connection


@dataclass(frozen=True)
class Listed:
    """One line of the list."""

    alert_id: int
    subject: str
    rule_code: str
    severity: str
    status: str
    owner: str
    due_date: date
    name_en: str
    name_zh: str


@dataclass(frozen=True)
class Event:
    """One change of an alert."""

    happened_at: datetime
    as_of_date: date
    kind_code: str
    actor: str
    changes: dict[str, dict[str, Any]]
    reason: str


def listed(
    connection: Connection,
    status: str | None = None,
    owner: str | None = None,
    subject: str | None = None,
    rule: str | None = None,
    limit: int = 50,
) -> list[Listed]:
    """Alerts, the gravest and most urgent first; those that are not closed unless a status is asked for.

    `owner` is a person or a role, `subject` a customer, building or industry.
    """
    with connection.cursor(row_factory=class_row(Listed)) as cursor:
        return cursor.execute(
            "select alert_id, case subject_level when 'customer' then subject_id "
            "else subject_level || ' ' || subject_id end as subject, rule_code, severity, status, "
            "coalesce(owner_role || ' ' || owner_id, owner_role || ' (unassigned)') as owner, due_date, "
            "coalesce(evidence ->> 'name_en', rule_code) as name_en, coalesce(evidence ->> 'name_zh', '') as name_zh "
            "from risk.alert where case when %(status)s::text is null "
            "then status in ('open', 'acknowledged', 'snoozed') else status = %(status)s end "
            "and (%(owner)s::text is null or %(owner)s in (owner_id, owner_role)) "
            "and (%(subject)s::text is null or subject_id = %(subject)s) "
            "and (%(rule)s::text is null or rule_code = %(rule)s) "
            "order by array_position(array['critical', 'major', 'minor'], severity), due_date, alert_id "
            "limit %(limit)s",
            {"status": status, "owner": owner, "subject": subject, "rule": rule, "limit": limit},
        ).fetchall()


def shown(connection: Connection, alert_id: int) -> tuple[dict[str, Any], list[Event]]:
    """An alert with all its columns, and everything that happened to it; LoudongError when there is none."""
    with connection.cursor(row_factory=dict_row) as cursor:
        alert = cursor.execute("select * from risk.alert where alert_id = %s", (alert_id,)).fetchone()
    if alert is None:
        raise LoudongError(f"there is no alert {alert_id}; see: loudong alert list")
    with connection.cursor(row_factory=class_row(Event)) as events:
        events.execute(
            "select happened_at, as_of_date, kind_code, actor, changes, reason from risk.alert_event "
            "where customer_id = %s and alert_id = %s order by alert_event_id",
            (alert["customer_id"], alert_id),
        )
        return alert, events.fetchall()
