"""What a person decides over a tier: with a name, a reason and an expiry, never rewritten (`risk.tier_override`).

An override counts from the day it was made until the day it expires, and a date knows only those that were made, and
not yet ended, before it ended: dates of the past that are run again see what people had decided then.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from psycopg.rows import class_row

from loudong.errors import LoudongError
from loudong.landing.customers import require_customer
from loudong.pipeline.runs import current_portfolio
from loudong.policy.tables import TIERS
from loudong.warehouse.connect import Connection, connect

COLUMNS = (
    "override_id, customer_id, tier, made_by, because, from_date, expires_date, created_at, ended_at, ended_by, "
    "ended_because"
)


@dataclass(frozen=True)
class Override:
    """One override. It counts for dates from `from_date` to `expires_date`; `ended_*` are None until it is ended."""

    override_id: int
    customer_id: str
    tier: str
    made_by: str
    because: str
    from_date: date
    expires_date: date
    created_at: datetime
    ended_at: datetime | None
    ended_by: str | None
    ended_because: str | None


def make_override(
    customer_id: str, tier: str, by: str, because: str, until: date, at: datetime | None = None
) -> Override:
    """Let `by` decide that the customer's tier is `tier` until the date `until`, which is the last it counts for.

    `at` is when it is decided, now by default. Raises LoudongError for an unknown customer or tier, an empty name or
    reason, an expiry before the day on which it is made, and where an override of the customer stands that has not
    expired. One that has is ended first.
    """
    at = at or datetime.now(UTC)
    if tier not in TIERS:
        raise LoudongError(f"{tier} is not one of {', '.join(TIERS)}")
    by, because = _said(by, "the name of who decides"), _said(because, "the reason")
    with connect() as connection:
        today = _local_date(connection, at)
        if until < today:
            raise LoudongError(f"{until} lies before {today}, the first date that an override made now counts for")
        require_customer(connection, customer_id)
        _make_room(connection, customer_id, today, at)
        made = _fetch(
            connection,
            "insert into risk.tier_override (customer_id, tier, made_by, because, from_date, expires_date, created_at) "
            f"values (%s, %s, %s, %s, %s, %s, %s) on conflict do nothing returning {COLUMNS}",
            (customer_id, tier, by, because, today, until, at),
        )
        if not made:
            raise LoudongError(f"an override of {customer_id} was made at the same time; see loudong override list")
        _note(connection, made[0], at, by, "made", because)
        return made[0]


def end_override(customer_id: str, by: str, because: str, at: datetime | None = None) -> Override:
    """End the override that stands for the customer: dates that end after now decide without it.

    Raises LoudongError for an empty name or reason, and where none stands.
    """
    at = at or datetime.now(UTC)
    by, because = _said(by, "the name of who decides"), _said(because, "the reason")
    with connect() as connection:
        standing = _standing(connection, customer_id)
        if standing is None:
            raise LoudongError(f"no override stands for {customer_id}; loudong override list --all shows earlier ones")
        return _end(connection, standing, at, by, "ended", because)


def overrides(customer_id: str | None = None, show_all: bool = False) -> list[Override]:
    """Those that nobody ended and that have not expired, or all; the newest first."""
    with connect() as connection:
        today = _local_date(connection, datetime.now(UTC))
        return _fetch(
            connection,
            f"select {COLUMNS} from risk.tier_override "
            "where (%(customer)s::text is null or customer_id = %(customer)s) "
            "and (%(all)s or (ended_at is null and expires_date >= %(today)s)) "
            "order by created_at desc, override_id desc",
            {"customer": customer_id, "all": show_all, "today": today},
        )


def _make_room(connection: Connection, customer_id: str, today: date, at: datetime) -> None:
    """End what has expired; a LoudongError where an override stands that has not."""
    standing = _standing(connection, customer_id)
    if standing is None:
        return
    if standing.expires_date >= today:
        raise LoudongError(
            f"{standing.made_by} set {customer_id} to {standing.tier} until {standing.expires_date} "
            f"({standing.because}): end that first, with loudong override end {customer_id}"
        )
    _end(connection, standing, at, "loudong", "expired", f"expired on {standing.expires_date}")


def _standing(connection: Connection, customer_id: str) -> Override | None:
    found = _fetch(
        connection,
        f"select {COLUMNS} from risk.tier_override where customer_id = %s and ended_at is null for no key update",
        (customer_id,),
    )
    return found[0] if found else None


def _end(
    connection: Connection, standing: Override, at: datetime, actor: str, event_code: str, because: str
) -> Override:
    ended = _fetch(
        connection,
        "update risk.tier_override set ended_at = greatest(%s, created_at), ended_by = %s, ended_because = %s "
        f"where customer_id = %s and override_id = %s returning {COLUMNS}",
        (at, actor, because, standing.customer_id, standing.override_id),
    )[0]
    _note(connection, ended, at, actor, event_code, because)
    return ended


def _note(connection: Connection, override: Override, at: datetime, actor: str, event_code: str, reason: str) -> None:
    connection.execute(
        "insert into risk.tier_override_event (customer_id, override_id, happened_at, actor, event_code, reason) "
        "values (%s, %s, %s, %s, %s, %s)",
        (override.customer_id, override.override_id, at, actor, event_code, reason),
    )


def _fetch(connection: Connection, query: str, values: tuple[object, ...] | dict[str, object]) -> list[Override]:
    return connection.cursor(row_factory=class_row(Override)).execute(query.encode(), values).fetchall()


def _local_date(connection: Connection, at: datetime) -> date:
    return at.astimezone(ZoneInfo(current_portfolio(connection).timezone)).date()


def _said(text: str, what: str) -> str:
    if not text.strip():
        raise LoudongError(f"{what} is empty")
    return text.strip()
