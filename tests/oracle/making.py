"""When the rows of a small nasty portfolio happen and become known, and how they are corrected and taken back."""

import random
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

ZONE = ZoneInfo("Asia/Shanghai")
FIRST = date(2022, 9, 1)
# Two pairs of consecutive dates, one of them over 29 February; the second part lands between the pairs.
DATES = (date(2024, 2, 28), date(2024, 2, 29), date(2024, 3, 1), date(2024, 8, 31))
LAST = DATES[-1] + timedelta(days=20)
WINDOWS = (0, 7, 30, 60, 90, 180, 365, 400)


@dataclass
class History:
    """Rows of one customer while they are made."""

    chance: random.Random
    customer: str
    rows: list[tuple[str, dict[str, Any], int]] = field(default_factory=list)

    def day(self, first: date, last: date) -> date:
        return first + timedelta(days=self.chance.randrange(max((last - first).days, 0) + 1))

    def near(self, first: date, last: date, *windows: int) -> date:
        """A day between two, often the first one inside a window of a described date, or the last one outside."""
        edges = [day - timedelta(days=n - inside) for day in DATES for n in windows or WINDOWS for inside in (0, 1)]
        edges = [day for day in edges if first <= day <= last]
        return self.chance.choice(edges) if edges and self.maybe(0.5) else self.day(first, last)

    def maybe(self, share: float) -> bool:
        return self.chance.random() < share

    def observed(self, effective: date) -> datetime:
        """When a row of that day became known: that evening, late, or at the edge of a day that is described."""
        evening = datetime.combine(effective, time(self.chance.randrange(9, 23), self.chance.randrange(60)), ZONE)
        edges = [day for day in DATES if day >= effective]
        kind = self.chance.random()
        if kind < 0.06 and edges:
            midnight = datetime.combine(self.chance.choice(edges) + timedelta(days=1), time.min, ZONE)
            return midnight - self.chance.choice((timedelta(0), timedelta(microseconds=1)))
        if kind < 0.2:
            return evening + timedelta(days=self.chance.randrange(1, 45))
        return evening

    def land(self, entity: str, effective: date, row: dict[str, Any], *changes: dict[str, Any]) -> None:
        """Land a row; some come twice, are corrected, go back to what they were, tie, or are deleted and return."""
        known = self.observed(effective)
        versions = [({**row}, known)]
        if changes and self.maybe(0.15):
            versions.append(({**row, **self.chance.choice(changes)}, self._later(known)))
            if self.maybe(0.5):
                versions.append(({**row}, self._later(versions[-1][1])))
        if self.maybe(0.04):
            versions.append(({**row, "is_deleted": "true"}, self._later(versions[-1][1])))
            if self.maybe(0.3):
                versions.append(({**row}, self._later(versions[-1][1])))
        elif changes and self.maybe(0.02):
            versions.insert(0, ({**row, **changes[0], "is_deleted": "true"}, known))
            versions[1:] = [(values, self._later(at)) for values, at in versions[1:]]
        if self.maybe(0.05):
            versions.append(versions[0])
        for values, at in versions:
            late_part = 1 if entity not in ("customer", "building") and self.maybe(0.1) else 0
            self.rows.append((entity, {**values, "observed_at": at.isoformat()}, late_part))

    def _later(self, known: datetime) -> datetime:
        """When a correction became known: at the same instant, at the midnight that ends a described day, or later."""
        midnights = [at for day in DATES if (at := datetime.combine(day + timedelta(days=1), time.min, ZONE)) > known]
        kind = self.chance.random()
        if kind < 0.2:
            return known
        if kind < 0.5 and midnights:
            return self.chance.choice(midnights)
        return known + timedelta(days=self.chance.choice((0, 1, 3, 30, 60)), hours=self.chance.randrange(1, 5))
