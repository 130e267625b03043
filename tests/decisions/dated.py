"""Days one after another: each is run, decided and published, and says what it decided."""

from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from risk_world import PORTFOLIO, World, ask

from loudong.decisions.decide import decide
from loudong.publishing.publish import publish

START = date(2025, 3, 1)
LOW, MEDIUM, HIGH = 0.01, 0.05, 0.5
DECIDED = "tier, qualified_tier, rule_tier, decided_by"


def on(offset: int) -> date:
    """The date `offset` days after the first."""
    return START + timedelta(days=offset)


def at(offset: int, hour: int = 12) -> datetime:
    """An instant of that date in the portfolio's time zone."""
    return datetime.combine(on(offset), time(hour), ZoneInfo(PORTFOLIO.timezone))


@dataclass
class Days:
    """What is published of a few customers."""

    world: World
    scores: dict[str, Any] = field(default_factory=dict)

    def publish(self, offset: int, is_published: bool = True, **customers: Any) -> str:
        """Run the date for customers given as a pd or as values; how it ended."""
        given = {name: value if isinstance(value, dict) else {"pd": value} for name, value in customers.items()}
        run = self.world.run(on(offset), given)
        try:
            decide(run)
        except BaseException:
            self.world.finish(run, "failed")
            raise
        verdict = publish(run).verdict if is_published else "failed"
        self.world.finish(run, verdict)
        return verdict


def standing(offset: int, columns: str = DECIDED, customer: str = "C1") -> tuple[Any, ...]:
    """What the published run of the date says of the customer."""
    (row,) = ask(
        f"select {columns} from risk.customer_tier inner join ops.publication using (run_id, as_of_date) "
        "where superseded_at is null and as_of_date = %s and customer_id = %s",
        on(offset),
        customer,
    )
    return row
