"""Months and days as whole numbers: days since 1970, months since the first month of the history."""

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import numpy.typing as npt

EPOCH = date(1970, 1, 1)
Ints = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Calendar:
    """The months of a history. `starts` and `ends` are first and last day of each; the last may be cut short."""

    starts: Ints
    ends: Ints
    month_numbers: Ints

    @property
    def months(self) -> int:
        return len(self.starts)

    @property
    def whole_months(self) -> int:
        """How many months are there to their last day: all, or all but the last."""
        is_cut = as_date(self.last_day + 1).day != 1
        return self.months - int(is_cut)

    @property
    def first_day(self) -> int:
        return int(self.starts[0])

    @property
    def last_day(self) -> int:
        return int(self.ends[-1])


def calendar_until(end: date, months: int) -> Calendar:
    """`months` calendar months of which the last holds `end` and stops there."""
    firsts = []
    year, month = end.year, end.month
    for _ in range(months):
        firsts.append(date(year, month, 1))
        year, month = (year - 1, 12) if month == 1 else (year, month - 1)
    firsts.reverse()
    starts = np.array([day_number(first) for first in firsts])
    ends = np.append(starts[1:] - 1, day_number(end))
    return Calendar(starts, ends, np.array([first.month for first in firsts]))


def calendar_after(day: int, months: int) -> Calendar:
    """The `months` whole calendar months that follow the month end `day`."""
    last = EPOCH + timedelta(days=int(day) + 1)
    for _ in range(months - 1):
        last = (last.replace(day=28) + timedelta(days=4)).replace(day=1)
    last_day = (last.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)
    return calendar_until(last_day, months)


def day_number(day: date) -> int:
    """Days since 1970-01-01."""
    return (day - EPOCH).days


def as_date(number: int) -> date:
    """The date of a day number."""
    return EPOCH + timedelta(days=int(number))
