"""The marts say what a brute-force reading of the landed rows says, on every column, whatever the history."""

import csv
import os
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from oracle.comparing import FACTS, Difference, build, differences, explain, oracle_rows, sql_rows
from oracle.edges import edges
from oracle.histories import DATES, customer_history, surroundings
from oracle.landed import Landed

from loudong.landing.contract import entities
from loudong.landing.load import load_folder
from loudong.portfolio.settings import PortfolioSettings, write_portfolio
from loudong.settings import Settings
from loudong.warehouse.connect import connect

# LOUDONG_TEST_PORTFOLIOS asks for more than one portfolio of this many.
CUSTOMERS = 100
PORTFOLIO = PortfolioSettings(
    name="oracle",
    title="Oracle",
    currency="CNY",
    timezone="Asia/Shanghai",
    horizon_days=180,
    history_start_date=date(2022, 9, 1),
    history_end_date=date(2024, 9, 20),
)
LISTED = PORTFOLIO.model_copy(update={"judged_dates": "listed"})
CUSTOMER_FACTS = next(iter(FACTS))


@dataclass
class Outcome:
    """What one portfolio showed."""

    found: list[Difference]
    landed: Landed
    runs: list[str]


def deliver(folder: Path, rows: list[tuple[str, dict[str, Any], int]], part: int) -> None:
    """Write the rows of a part as landing files."""
    write_portfolio(folder, PORTFOLIO)
    by_entity = defaultdict(list)
    for entity, values, mine in rows:
        if mine == part:
            by_entity[entity].append(values)
    for entity, mine in by_entity.items():
        names = [*entities()[entity].column_names, "observed_at", "is_deleted"]
        place = folder / entity / "2024-09-20" / f"part-{part}.csv"
        place.parent.mkdir(parents=True, exist_ok=True)
        with place.open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, names, restval="")
            writer.writeheader()
            writer.writerows(mine)


def empty() -> None:
    """Forget everything that was landed, and everything that was built of it."""
    with connect("admin") as connection:
        tables = [f"landing.{name}{suffix}" for name in entities() for suffix in ("", "_superseded")]
        tables += ["ops.landing_file", "ops.watermark", "ops.delivery", "ops.run", "landing.portfolio"]
        connection.execute(f"truncate {', '.join(tables)} cascade".encode())


def live_through(folder: Path, seeds: list[int]) -> Outcome:
    """Build the dates day by day, half of the way before everything has landed, and once more all in one pass."""
    empty()
    rows = [row for seed in seeds for row in customer_history(seed)]
    rows += surroundings(seeds[0], [f"C{seed}" for seed in seeds]) + edges()
    outcome = Outcome([], Landed({}), [])
    for part, days in enumerate((DATES[:2], DATES[2:])):
        deliver(folder, rows, part)
        quarantined = load_folder(folder).quarantined
        assert quarantined < len(rows) / 20
        outcome.landed = Landed.read()
        for day in days:
            outcome.runs.append(build("daily", day))
            outcome.found += differences(outcome.runs[-1], day, oracle_rows(outcome.landed, PORTFOLIO, day))
    outcome.runs.append(build("panel", *DATES))
    for day in DATES:
        outcome.found += differences(outcome.runs[-1], day, oracle_rows(outcome.landed, PORTFOLIO, day))
    return outcome


@pytest.fixture(scope="module")
def places(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A folder for each portfolio."""
    return (tmp_path_factory.mktemp(f"book{number}") for number in range(1000))


@settings(
    max_examples=int(os.environ.get("LOUDONG_TEST_PORTFOLIOS", "1")),
    deadline=None,
    database=None,
    derandomize=True,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)
@given(st.lists(st.integers(0, 10**6), min_size=CUSTOMERS, max_size=CUSTOMERS, unique=True))
def test_rolled_day_by_day_and_made_at_once_the_marts_agree_with_the_oracle(
    warehouse: Settings, places: Iterator[Path], seeds: list[int]
) -> None:
    outcome = live_through(next(places), seeds)
    assert not outcome.found, explain(outcome.found, outcome.landed)
    for table in FACTS:
        rows = [row for day in DATES for row in sql_rows(table, outcome.runs[-1], day).values()]
        assert len(rows) > CUSTOMERS
        assert set(rows[0]) == oracle_columns(table, outcome.landed)
        assert not {column for column in rows[0] if says_nothing(column, rows)}


def oracle_columns(table: str, landed: Landed) -> set[str]:
    """Columns the oracle has an opinion of."""
    rows = oracle_rows(landed, PORTFOLIO, DATES[-1])[table].values()
    return {column for row in rows for column in row}


def says_nothing(column: str, rows: list[dict[str, Any]]) -> bool:
    """A column that is the same wherever it is known agrees with anything: the histories must make it vary."""
    return len({row[column] for row in rows} - {None}) < 2


@pytest.fixture(scope="module")
def listed(warehouse: Settings, places: Iterator[Path]) -> tuple[str, Landed]:
    """The run of a small portfolio that lists whom to judge, on two dates."""
    empty()
    seeds = range(1, 25)
    folder = next(places)
    rows = [row for seed in seeds for row in customer_history(seed)]
    deliver(folder, [(*row[:2], 0) for row in rows + surroundings(1, [f"C{seed}" for seed in seeds])], 0)
    write_portfolio(folder, LISTED)
    load_folder(folder)
    return build("panel", *DATES[1:3]), Landed.read()


def test_where_customers_are_listed_only_those_are_described(listed: tuple[str, Landed]) -> None:
    run_id, landed = listed
    for day in DATES[1:3]:
        found = differences(run_id, day, oracle_rows(landed, LISTED, day))
        assert not found, explain(found, landed)
        rows = oracle_rows(landed, PORTFOLIO, day)
        assert 0 < len(sql_rows(CUSTOMER_FACTS, run_id, day)) < len(rows[CUSTOMER_FACTS])


def test_one_wrong_value_and_one_missing_row_are_found_and_named(listed: tuple[str, Landed]) -> None:
    run_id, landed = listed
    day = DATES[2]
    first, second = sorted(sql_rows(CUSTOMER_FACTS, run_id, day))[:2]
    with connect("admin") as connection:
        where = "where run_id = %s and as_of_date = %s and customer_id = %s"
        connection.execute(
            f"update {CUSTOMER_FACTS} set tenure_days = tenure_days + 1 {where}".encode(), (run_id, day, *first)
        )
        connection.execute(f"delete from {CUSTOMER_FACTS} {where}".encode(), (run_id, day, *second))
    found = differences(run_id, day, oracle_rows(landed, LISTED, day))
    assert [(d.key, d.day, d.column) for d in found] == [(first, day, "tenure_days"), (second, day, "*")]
    assert found[0].sql == found[0].oracle + 1
    told = explain(found, landed)
    assert f"{day} {first[0]} fct_customer_features.tenure_days: SQL {found[0].sql}, oracle {found[0].oracle}" in told
    assert f"customer: customer_id={first[0]}" in told
