"""Which business date a run describes."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from loudong.errors import LoudongError

# Intervals start this long after midnight, so that the closed day's last deliveries have arrived.
CLOSING_HOUR = 2
DAILY_CRON = f"0 {CLOSING_HOUR} * * *"
TRAINING_CRON = "0 3 1 * *"


def as_of_date(conf: Mapping[str, Any] | None, interval_start: datetime | None, run_type: str, timezone: str) -> date:
    """The business date of a DAG run: `conf['as_of_date']`, else the data interval of a scheduled or backfill run.

    A run started by hand gets an interval that means nothing, so without `conf` it is refused with a LoudongError.
    """
    given = (conf or {}).get("as_of_date")
    if given is not None:
        return parse_date(str(given), "conf as_of_date")
    if run_type not in ("scheduled", "backfill") or interval_start is None:
        raise LoudongError(
            'a run started by hand must say which date it describes: trigger it with conf {"as_of_date": "YYYY-MM-DD"}'
        )
    return interval_start.astimezone(ZoneInfo(timezone)).date()


def latest_closed_date(now: datetime, timezone: str) -> date:
    """The date that the newest complete interval of the daily schedule describes at `now`."""
    local = now.astimezone(ZoneInfo(timezone))
    return (local - timedelta(hours=CLOSING_HOUR)).date() - timedelta(days=1)


def parse_date(text: str, what: str) -> date:
    """`text` as an ISO date; a LoudongError names `what` otherwise."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise LoudongError(f"{what} is '{text}', not a date like 2026-01-31") from None


def month_ends(first: date, last: date) -> list[date]:
    """Every last day of a month from `first` to `last`, both inclusive."""
    ends: list[date] = []
    year, month = first.year, first.month
    while True:
        year, month = (year + 1, 1) if month == 12 else (year, month + 1)
        end = date(year, month, 1) - timedelta(days=1)
        if end > last:
            return ends
        if end >= first:
            ends.append(end)
