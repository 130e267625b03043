"""Raw landed rows, and what of them was known on a date, by the two clocks of docs/landing.md and nothing else."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from loudong.warehouse.connect import connect

Row = dict[str, Any]
ZERO = Decimal(0)
DAY = timedelta(days=1)

# Key and effective date of every entity, as the landing contract names them.
ENTITIES: dict[str, tuple[tuple[str, ...], str]] = {
    "building": (("building_id", "valid_from_date"), "valid_from_date"),
    "customer": (("customer_id", "valid_from_date"), "valid_from_date"),
    "contract": (("customer_id", "contract_id"), "signed_date"),
    "occupancy": (("customer_id", "occupancy_id"), "start_date"),
    "installment": (("customer_id", "installment_id"), "agreed_date"),
    "payment": (("customer_id", "payment_id"), "payment_date"),
    "transaction": (("customer_id", "transaction_id"), "transaction_at"),
    "pause": (("customer_id", "pause_id"), "agreed_date"),
    "credit_score": (("customer_id", "source_code", "score_date"), "score_date"),
    "account_balance": (("customer_id", "contract_id", "balance_date"), "balance_date"),
    "repayment_status": (("customer_id", "contract_id", "status_date"), "status_date"),
    "financial_statement": (("customer_id", "period_end_date"), "period_end_date"),
    "interaction": (("customer_id", "interaction_id"), "interaction_at"),
    "industry_indicator": (("industry_code", "indicator_code", "period_end_date"), "period_end_date"),
    "related_party": (("customer_id", "related_customer_id", "relation_code"), "start_date"),
    "default_event": (("customer_id", "default_event_id"), "event_date"),
    "judged_customer": (("customer_id", "judged_date"), "judged_date"),
}

Landed = dict[str, list[Row]]


def read_landed() -> Landed:
    """Every version of every row that landed."""
    landed: Landed = {}
    with connect("admin") as connection:
        for entity in ENTITIES:
            cursor = connection.execute(f"select * from landing.{entity}".encode())
            names = [column.name for column in cursor.description or ()]
            landed[entity] = [dict(zip(names, values, strict=True)) for values in cursor.fetchall()]
    return landed


@dataclass(frozen=True)
class Moment:
    """A business date; midnight after it in the portfolio's time zone ends it."""

    day: date
    zone: ZoneInfo

    @property
    def cutoff(self) -> datetime:
        return datetime.combine(self.day + DAY, time.min, self.zone)

    def local_day(self, instant: datetime) -> date:
        return instant.astimezone(self.zone).date()


def key_of(entity: str, row: Row) -> tuple[Any, ...]:
    return tuple(row[column] for column in ENTITIES[entity][0])


def is_newer(row: Row, other: Row) -> bool:
    """Whether a version replaces another: observed later, or at the same instant with the greater content hash."""
    return (row["observed_at"], row["content_hash"].int) > (other["observed_at"], other["content_hash"].int)


def known(landed: Landed, entity: str, moment: Moment) -> list[Row]:
    """Per key the newest version observed before the cutoff, unless it is a deletion or takes effect later."""
    standing: dict[tuple[Any, ...], Row] = {}
    for row in landed[entity]:
        if row["observed_at"] < moment.cutoff:
            key = key_of(entity, row)
            if key not in standing or is_newer(row, standing[key]):
                standing[key] = row
    return [row for row in standing.values() if not row["is_deleted"] and effective(entity, row, moment) <= moment.day]


def effective(entity: str, row: Row, moment: Moment) -> date:
    """The day the row took effect."""
    value = row[ENTITIES[entity][1]]
    return moment.local_day(value) if isinstance(value, datetime) else value


def by_customer(rows: Iterable[Row]) -> dict[str, list[Row]]:
    groups: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        groups[row["customer_id"]].append(row)
    return groups


def within(day: date, as_of: date, days: int) -> bool:
    """Whether a day is one of the `days` days that end with `as_of`: as_of - days + 1 .. as_of."""
    return as_of - timedelta(days=days - 1) <= day <= as_of


def plus_months(day: date, months: int) -> date:
    """The same day so many months later, the last of the month where that has fewer days (31 Jan + 1 = 28 Feb)."""
    year, month = day.year + (day.month - 1 + months) // 12, (day.month - 1 + months) % 12 + 1
    first_of_next = date(year + month // 12, month % 12 + 1, 1)
    return min(date(year, month, 1) + timedelta(days=day.day - 1), first_of_next - DAY)
