"""Whatever the history, the marts say what two readings of the landed rows say that were made apart from each other.

This one reads the definitions of delinquency, repayment and transactions, the oracle every column. Dates are rolled
forward, over late rows and over a panel in between, and made at once.
"""

import csv
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from oracle.comparing import FACTS, oracle_rows
from oracle.landed import Landed as OracleLanded
from reading import rules
from reading.book import Portfolio
from reading.comparing import Difference, build, differences, explain, of_reading
from reading.cooking import buildings, customer
from reading.landed import Landed, read_landed
from reading.quirks import DATES, PORTFOLIO, Landing, Recipe, deliver, recipes
from reading.reports import indicators, reports

from loudong.landing.load import load_folder
from loudong.settings import Settings, get_settings

CUSTOMERS = 60
# Its first portfolio is the simplest one that hypothesis knows: nobody has a quirk.
PORTFOLIOS = 3


@dataclass
class Story:
    """What was built, and what was found in it."""

    landed: Landed = field(default_factory=dict)
    found: list[Difference] = field(default_factory=list)

    def look(self, run_id: str, *days: date) -> None:
        for day in days:
            self.found += differences(run_id, day, of_reading(self.landed, day, Portfolio()))
            self.found += differences(run_id, day, oracle_rows(OracleLanded(self.landed), PORTFOLIO, day))


def rows_of(who: list[Recipe]) -> list[Landing]:
    names = [f"C{recipe.seed}" for recipe in who]
    rows = [*buildings(who[0]), *indicators(who[0])]
    for recipe, name in zip(who, names, strict=True):
        rows += customer(recipe, names)
        rows += reports(recipe, [f"{name}-0", f"{name}-1"] if "several" in recipe.quirks else [f"{name}-0"])
    return rows


def last_of_drawn(count: int) -> list[Recipe]:
    """The last portfolio drawn, the same one each time."""
    drawn: list[list[Recipe]] = []

    @settings(
        max_examples=PORTFOLIOS,
        deadline=None,
        database=None,
        derandomize=True,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(recipes(count))
    def draw(who: list[Recipe]) -> None:
        drawn.append(who)

    draw()
    return drawn[-1]


def test_rolled_forward_and_made_at_once_the_marts_agree_with_both_readings(
    warehouse: Settings, tmp_path: Path
) -> None:
    who, story = last_of_drawn(CUSTOMERS), Story()
    rows = rows_of(who)
    first, leap_day, _, last = DATES
    for part, days in enumerate(((first,), (leap_day, last))):
        deliver(tmp_path, rows, part)
        assert load_folder(tmp_path).quarantined == 0
        story.landed = read_landed()
        for day in days:
            story.look(build("daily", day), day)
            if day == leap_day:
                story.look(build("panel", first, last), first, last)
    assert not story.found, explain(story.found, story.landed, {f"C{each.seed}": str(each) for each in who})
    rows_read = of_reading(story.landed, last, Portfolio())
    assert all(len(rows_read[table]) > CUSTOMERS / 2 for table in FACTS)
    clauses = {row["category_clause_code"] for row in rows_read["marts.fct_contract_delinquency"].values()}
    assert clauses >= {"past_due", "default", "current", "cure", "contamination"}


@pytest.mark.parametrize(
    ("code", "value"),
    [
        ("default_cure_months", rules.DEFAULT_CURE_MONTHS),
        ("restructured_cure_months", rules.RESTRUCTURED_CURE_MONTHS),
        ("technical_days", rules.TECHNICAL_DAYS),
        ("contamination_pct", rules.CONTAMINATION_PCT),
        ("category_cure_months", rules.CATEGORY_CURE_MONTHS),
        ("category_cure_periods", rules.CATEGORY_CURE_PERIODS),
        ("significant_dpd_days", rules.SIGNIFICANT_DPD_DAYS),
    ],
)
def test_the_reading_goes_by_the_numbers_of_the_policy(code: str, value: int) -> None:
    with (get_settings().policy_dir / "delinquency_rule.csv").open(encoding="utf-8", newline="") as file:
        policy = {row["rule_code"]: int(row["value"]) for row in csv.DictReader(file)}
    assert policy[code] == value
