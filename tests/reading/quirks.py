"""Small nasty portfolios. A customer is made of a seed and of quirks, so that a failing one is named by them."""

import csv
import random
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from hypothesis import strategies as st

from loudong.portfolio.settings import PortfolioSettings, write_portfolio

# Its days have 23, 24 and 25 hours.
ZONE = ZoneInfo("Europe/Berlin")
FIRST = date(2022, 6, 1)
# Daily dates over 29 February; what was late lands after the second; the last follows a day of 23 hours.
DATES = (date(2024, 2, 28), date(2024, 2, 29), date(2024, 3, 1), date(2024, 4, 1))
LAST = date(2024, 4, 20)
PORTFOLIO = PortfolioSettings(
    name="quirks",
    title="Quirks",
    currency="CNY",
    timezone=ZONE.key,
    horizon_days=180,
    history_start_date=FIRST,
    history_end_date=LAST,
)
OF_VERSIONS = ("late", "corrected", "a_b_a", "tied", "midnight", "duplicated", "deleted", "out_of_order")
OF_MONEY = ("reversed", "unassigned", "zero", "partial", "over", "early", "never", "slow", "small")
OF_TERMS = (
    "paused",
    "technical",
    "restructured",
    "closed",
    "event",
    "unknown",
    "leap_day",
    "orphan",
    "several",
    "group",
)
Landing = tuple[str, dict[str, Any], int]


@dataclass(frozen=True)
class Recipe:
    """What a customer is made of."""

    seed: int
    quirks: tuple[str, ...]


def recipes(count: int) -> st.SearchStrategy[list[Recipe]]:
    """Recipes of `count` customers."""
    quirks = st.sets(st.sampled_from((*OF_VERSIONS, *OF_MONEY, *OF_TERMS)), max_size=6).map(
        lambda each: tuple(sorted(each))
    )
    one = st.builds(Recipe, st.integers(0, 10**9), quirks)
    return st.lists(one, min_size=count, max_size=count, unique_by=lambda recipe: recipe.seed)


@dataclass
class Kitchen:
    """Rows of one customer in the making. `part` 1 lands after part 0, though it may have been known before."""

    recipe: Recipe
    customer_id: str
    rows: list[Landing] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.chance = random.Random(self.recipe.seed)

    def has(self, quirk: str, rarely: float = 0.02, often: float = 0.35) -> bool:
        """Whether a quirk strikes now: often where the customer has it, rarely anyway."""
        return self.chance.random() < (often if quirk in self.recipe.quirks else rarely)

    def day(self, first: date, last: date) -> date:
        return first + timedelta(days=self.chance.randrange(max((last - first).days, 0) + 1))

    def pick(self, *values: Any) -> Any:
        return self.chance.choice(values)

    def _observed(self, effective: date) -> datetime:
        at = datetime.combine(effective, time(self.chance.randrange(8, 24), self.chance.randrange(60)), ZONE)
        if self.has("late", 0.05):
            at += timedelta(days=self.chance.randrange(1, 60))
        edges = [day for day in DATES if day >= effective]
        if edges and self.has("midnight"):
            at = datetime.combine(self.pick(*edges) + timedelta(days=1), time.min, ZONE)
            at = self.pick(at, (at.astimezone(ZoneInfo("UTC")) - timedelta(microseconds=1)))
        return at

    def land(self, entity: str, effective: date, row: dict[str, Any], change: dict[str, Any] | None = None) -> None:
        """Land a row and what becomes of it."""
        at = self._observed(effective)
        versions = [(row, at)]
        if change is not None:
            if self.has("tied"):
                versions.append((row | change, at))
            if self.has("corrected", 0.04):
                versions.append((row | change, at + timedelta(days=self.pick(0, 1, 5, 40), seconds=1)))
            if self.has("a_b_a"):
                versions += [(row | change, at + timedelta(days=2)), (row, at + timedelta(days=self.pick(3, 30, 300)))]
        if self.has("deleted", 0.01, 0.12):
            versions.append((row | {"is_deleted": "true"}, at + timedelta(days=self.chance.randrange(90))))
        if self.has("duplicated"):
            versions.append(versions[0])
        for values, known_at in versions:
            part = 1 if entity not in ("customer", "building") and self.has("out_of_order", 0.04, 0.2) else 0
            self.rows.append((entity, values | {"observed_at": known_at.isoformat()}, part))


def deliver(folder: Path, rows: list[Landing], part: int) -> None:
    """Write the rows of one part as landing files."""
    write_portfolio(folder, PORTFOLIO)
    by_entity: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for entity, values, mine in rows:
        if mine == part:
            by_entity[entity].append(values)
    for entity, mine_ in by_entity.items():
        place = folder / entity / LAST.isoformat() / f"part-{part}.csv"
        place.parent.mkdir(parents=True, exist_ok=True)
        names = sorted({name for values in mine_ for name in values} | {"is_deleted"})
        with place.open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, names, restval="")
            writer.writeheader()
            writer.writerows(mine_)
