"""Which date a run describes: conf, else the interval of a scheduled or backfill run, else it is refused."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from loudong.errors import LoudongError
from loudong.pipeline.dates import as_of_date, latest_closed_date, month_ends

SHANGHAI = "Asia/Shanghai"
START = datetime(2026, 1, 30, 18, 0, tzinfo=UTC)  # 02:00 of the 31st in Shanghai


@pytest.mark.parametrize("run_type", ["scheduled", "backfill"])
def test_a_scheduled_or_backfill_run_describes_the_local_date_its_interval_starts_on(run_type: str) -> None:
    assert as_of_date(None, START, run_type, SHANGHAI) == date(2026, 1, 31)


def test_conf_comes_first() -> None:
    assert as_of_date({"as_of_date": "2025-12-31"}, START, "manual", SHANGHAI) == date(2025, 12, 31)


def test_a_run_started_by_hand_without_conf_is_refused() -> None:
    with pytest.raises(LoudongError, match="must say which date"):
        as_of_date({}, START, "manual", SHANGHAI)


def test_a_date_that_is_none_is_refused_by_name() -> None:
    with pytest.raises(LoudongError, match=r"conf as_of_date is '31\.01\.2026'"):
        as_of_date({"as_of_date": "31.01.2026"}, None, "manual", SHANGHAI)


def test_a_date_is_closed_when_its_interval_is_complete() -> None:
    zone = ZoneInfo(SHANGHAI)
    assert latest_closed_date(datetime(2026, 2, 1, 1, 59, tzinfo=zone), SHANGHAI) == date(2026, 1, 30)
    assert latest_closed_date(datetime(2026, 2, 1, 2, 0, tzinfo=zone), SHANGHAI) == date(2026, 1, 31)


def test_month_ends_include_both_ends_and_leap_days() -> None:
    assert month_ends(date(2024, 1, 31), date(2024, 2, 29)) == [date(2024, 1, 31), date(2024, 2, 29)]
    assert month_ends(date(2024, 2, 1), date(2024, 2, 28)) == []
