"""Days that do not count: rent-free and hardship periods as known on a date."""

from collections.abc import Iterator
from datetime import date
from functools import cache

from reading.landed import DAY, Row

STOPS_THE_COUNT = ("rent_free", "hardship")


class Pauses:
    """The pauses of one customer; a pause without a contract is one of every contract."""

    def __init__(self, as_of: date, rows: list[Row]) -> None:
        self._as_of = as_of
        self._rows = rows
        self.paused_days = cache(self._paused_days)

    def _paused_days(self, contract_id: str) -> frozenset[date]:
        """Days up to the date on which the count of a contract stands still."""
        return frozenset(
            day
            for row in self._of(contract_id)
            if row["kind_code"] in STOPS_THE_COUNT
            for day in _days(row["start_date"], self._as_of if row["end_date"] is None else row["end_date"])
            if day <= self._as_of
        )

    def days_past_due(self, contract_id: str, due_date: date, day: date) -> int:
        """Days after the due date, the day itself included, that are not paused."""
        paused = self.paused_days(contract_id)
        return sum(each not in paused for each in _days(due_date + DAY, day))

    def is_technical(self, contract_id: str) -> bool:
        """Whether lateness on the date is excused as technical."""
        return any(
            row["kind_code"] == "technical"
            and row["start_date"] <= self._as_of
            and (row["end_date"] is None or self._as_of <= row["end_date"])
            for row in self._of(contract_id)
        )

    def _of(self, contract_id: str) -> list[Row]:
        return [row for row in self._rows if row["contract_id"] is None or row["contract_id"] == contract_id]


def _days(first: date, last: date) -> Iterator[date]:
    while first <= last:
        yield first
        first += DAY
