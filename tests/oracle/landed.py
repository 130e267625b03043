"""Raw landed rows of a small warehouse, and what of them was known on a date. Nothing here is shared with the SQL."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from loudong.landing.contract import entities
from loudong.warehouse.connect import connect

Row = dict[str, Any]


@dataclass(frozen=True)
class Moment:
    """A business date and the zone whose midnight ends it."""

    day: date
    zone: ZoneInfo

    @property
    def end(self) -> datetime:
        return datetime.combine(self.day + timedelta(days=1), time.min, self.zone)

    def local_day(self, instant: datetime) -> date:
        return instant.astimezone(self.zone).date()


@dataclass(frozen=True)
class Landed:
    """All rows of every entity, every version."""

    rows: dict[str, list[Row]]

    @classmethod
    def read(cls) -> Landed:
        """Everything the landing tables hold."""
        rows: dict[str, list[Row]] = {}
        with connect("admin") as connection:
            for name in entities():
                cursor = connection.execute(f"select * from landing.{name}".encode())
                names = [column.name for column in cursor.description or ()]
                rows[name] = [dict(zip(names, values, strict=True)) for values in cursor.fetchall()]
        return cls(rows)

    def known(self, name: str, moment: Moment) -> list[Row]:
        """Of each key the newest version observed before the end of the date; not deleted, and in effect by then.

        Of versions observed at once the one with the greatest content hash counts.
        """
        entity = entities()[name]
        newest: dict[tuple[Any, ...], Row] = {}
        for row in self.rows[name]:
            if row["observed_at"] >= moment.end:
                continue
            key = tuple(row[column] for column in entity.key)
            standing = newest.get(key)
            if standing is None or _order(row) > _order(standing):
                newest[key] = row
        return [
            row for row in newest.values() if not row["is_deleted"] and effective_day(name, row, moment) <= moment.day
        ]

    def first_described(
        self, name: str, key: tuple[str, ...], moment: Moment, *, alive: bool = False
    ) -> dict[tuple[Any, ...], Row]:
        """The first version that was ever known of each `key`, where it was known before the end of the date.

        Of several that became known at once that of the newest effective date. `alive`: the first that is no deletion.
        """
        entity = entities()[name]
        by_key: dict[tuple[Any, ...], list[Row]] = defaultdict(list)
        for row in self.rows[name]:
            by_key[tuple(row[column] for column in entity.key)].append(row)
        first: dict[tuple[Any, ...], Row] = {}
        for versions in by_key.values():
            versions.sort(key=_order)
            for row, later in zip(versions, [*versions[1:], None], strict=True):
                if later is not None and later["observed_at"] <= row["observed_at"]:
                    continue
                if alive and row["is_deleted"]:
                    continue
                whose = tuple(row[column] for column in key)
                standing = first.get(whose)
                if standing is None or row["observed_at"] < standing["observed_at"]:
                    first[whose] = row
                elif row["observed_at"] == standing["observed_at"]:
                    first[whose] = max(row, standing, key=lambda version: version[entity.effective])
        return {whose: row for whose, row in first.items() if row["observed_at"] < moment.end}


def _order(row: Row) -> tuple[datetime, int]:
    return row["observed_at"], row["content_hash"].int


def effective_day(name: str, row: Row, moment: Moment) -> date:
    """The day on which the row took effect, in the portfolio's calendar."""
    value = row[entities()[name].effective]
    return moment.local_day(value) if isinstance(value, datetime) else value


def by(rows: list[Row], *columns: str) -> dict[Any, list[Row]]:
    """Rows grouped by one column, or by a tuple of several."""
    groups: dict[Any, list[Row]] = defaultdict(list)
    for row in rows:
        groups[row[columns[0]] if len(columns) == 1 else tuple(row[column] for column in columns)].append(row)
    return groups


def ratio(numerator: Any, denominator: Any) -> float | None:
    """A quotient; none where a part is missing or the denominator is not positive."""
    if numerator is None or denominator is None or denominator <= 0:
        return None
    return float(numerator) / float(denominator)


def add_months(day: date, months: int) -> date:
    """The same day of a later month, or the last one of a shorter month."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    for last in (day.day, 30, 29, 28):
        try:
            return date(year, month + 1, min(day.day, last))
        except ValueError:
            continue
    raise ValueError(f"{day} plus {months} months")


def month_distance(earlier: date, later: date) -> int:
    """Calendar months from one date to another."""
    return (later.year - earlier.year) * 12 + later.month - earlier.month
