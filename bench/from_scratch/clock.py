"""Instants of a portfolio's calendar, so that no row's time has to be turned into local time."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

DAY = timedelta(days=1)
STEP = timedelta(minutes=15)
DAY_US = 86_400_000_000
NIGHT_END_US = 6 * 3_600_000_000
# Windows of movements in days. Two that follow each other bound a band of ages, in which a row is counted once.
EDGES = (7, 30, 60, 90, 120, 150, 180, 365, 455)
PAID_LOOKBACK_DAYS = 400


@dataclass(frozen=True)
class Clock:
    """The instants that one as_of_date needs; microseconds are those since 1970 (UTC)."""

    day: date
    timezone: str

    @property
    def cutoff(self) -> datetime:
        """The midnight that ends the day."""
        return midnight(self.day + DAY, self.timezone)

    @staticmethod
    def sql(instant: datetime) -> str:
        """An instant as DuckDB reads it."""
        return f"timestamptz '{instant.isoformat()}'"

    def start(self, days: int) -> datetime:
        """Where the window of the last `days` days begins."""
        return midnight(self.day - (days - 1) * DAY, self.timezone)

    def offsets(self, days: int) -> list[tuple[int, int]]:
        """(from this microsecond on, microseconds that local time is ahead of UTC) over the last `days` days."""
        zone, at = ZoneInfo(self.timezone), self.start(days)
        found = [(microseconds(at), _ahead_us(at, zone))]
        while at < self.cutoff:
            # A day begins and ends alike, save where clocks were changed.
            step = DAY if _ahead_us(at + DAY, zone) == found[-1][1] else STEP
            at += step
            if step == STEP and _ahead_us(at, zone) != found[-1][1]:
                found.append((microseconds(at), _ahead_us(at, zone)))
        return found

    def age_days(self, at: datetime) -> int:
        """Days from the local date of an instant to the as_of_date."""
        return (self.day - at.astimezone(ZoneInfo(self.timezone)).date()).days

    def month_start(self, months_back: int) -> date:
        """The first day of the calendar month so many months before the one of the day."""
        months = self.day.year * 12 + self.day.month - 1 - months_back
        return date(months // 12, months % 12 + 1, 1)


def midnight(day: date, timezone: str) -> datetime:
    """The instant at which a date begins."""
    return datetime.combine(day, time(), ZoneInfo(timezone)).astimezone(UTC)


def microseconds(at: datetime) -> int:
    """Since 1970 (UTC)."""
    return (at - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)


def _ahead_us(at: datetime, zone: ZoneInfo) -> int:
    return (at.astimezone(zone).utcoffset() or timedelta()) // timedelta(microseconds=1)


def day_number(day: date) -> int:
    """Days since 1970."""
    return (day - date(1970, 1, 1)).days
