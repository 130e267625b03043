"""Promises of the SQL: a date is described alone as among others, versions end where they should, definitions hold."""

import gzip
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any
from unittest import mock

import psycopg2
import pytest
from landing.delivering import ask, wrong_ends
from oracle.comparing import build
from transform.slices import differing

from loudong.landing.contract import entities
from loudong.landing.load import load_folder
from loudong.pipeline import runs, steps
from loudong.portfolio.generator import generate
from loudong.settings import Settings
from loudong.transform import panel
from loudong.transform.dbt import run_unit_tests
from loudong.warehouse.connect import connect

END = date(2026, 1, 31)
THEN = date(2025, 9, 30)
OTHERS = (date(2025, 6, 30), THEN, date(2025, 12, 31))


@dataclass(frozen=True)
class Builds:
    """Run ids: THEN built alone, among OTHERS in one pass, and rolled to from the date before."""

    alone: str
    among: str
    rolled: str


@pytest.fixture(scope="module")
def builds(warehouse: Settings, tmp_path_factory: pytest.TempPathFactory) -> Builds:
    landing = tmp_path_factory.mktemp("portfolio") / "book"
    generate(250, 18, 5, END, landing, daily_days=200)
    load_folder(landing)
    alone, among = build("panel", THEN), build("panel", *OTHERS)
    with mock.patch.object(panel, "ROLLED_FROM_CUSTOMERS", 250):
        return Builds(alone, among, build("panel", *OTHERS))


def test_dates_built_in_one_pass_are_those_built_one_by_one(builds: Builds) -> None:
    assert differing(THEN, builds.alone, builds.among, at_least=100) == {}


@pytest.mark.parametrize("day", OTHERS)
def test_a_panel_rolled_from_date_to_date_is_the_one_of_one_pass(builds: Builds, day: date) -> None:
    assert differing(day, builds.among, builds.rolled, at_least=100) == {}


def test_a_rolled_panel_leaves_the_state_of_the_daily_runs_alone(builds: Builds) -> None:
    assert ask(
        "select count(*) from ops.dbt_result where run_id = %s and node_name = 'int_state__mark'", builds.rolled
    ) == [(len(OTHERS),)]
    assert ask("select to_regclass('intermediate.int_state__mark')") == [(None,)]
    assert ask("select count(*) from pg_tables where schemaname = 'aside'") == [(0,)]


@pytest.mark.parametrize("entity", entities())
def test_the_ends_of_versions_are_those_of_sorting_everything(builds: Builds, entity: str) -> None:
    assert wrong_ends(entity) == []


def test_some_versions_were_replaced(builds: Builds) -> None:
    assert ask("select count(*) > 0 from landing.payment_superseded") == [(True,)]


@pytest.fixture(scope="module")
def unit_tested(builds: Builds) -> tuple[list[dict[str, Any]], int]:
    """The results of the unit tests of the SQL, and how many connections dbt opened for them."""
    with mock.patch.object(psycopg2, "connect", wraps=psycopg2.connect) as opened:
        return run_unit_tests(), opened.call_count


def test_the_sql_that_carries_a_definition_passes_its_unit_tests(unit_tested: tuple[list[dict[str, Any]], int]) -> None:
    results, _ = unit_tested
    assert len(results) >= 7
    failed = {result["node"]: result["message"] for result in results if result["status"] != "pass"}
    assert failed == {}


def test_dbt_goes_on_with_its_connections_from_node_to_node(unit_tested: tuple[list[dict[str, Any]], int]) -> None:
    results, connections = unit_tested
    assert len(results) > 20
    # One for each thread, one for what dbt does before the first node, and those that list the schemas side by side.
    assert connections <= 8


def test_what_dbt_opened_is_closed_when_its_command_ends(unit_tested: tuple[list[dict[str, Any]], int]) -> None:
    assert ask(
        "select count(*) from pg_stat_activity where application_name = 'dbt' and datname = current_database()"
    ) == [(0,)]


def test_of_versions_observed_at_once_the_same_one_counts_whatever_came_first(builds: Builds, tmp_path: Path) -> None:
    """Two contents of one payment, delivered in both orders under two keys: the staging layer shows one winner each,
    and it is the one with the greater content hash."""
    with connect() as connection:
        (customer_id, contract_id) = connection.execute(  # type: ignore[misc]
            "select customer_id, contract_id from landing.contract limit 1"
        ).fetchone()
    header = "payment_id,customer_id,contract_id,payment_date,paid_amount,observed_at\n"
    for key, amounts in (("tie-a", (7, 8)), ("tie-b", (8, 7))):
        for order, amount in enumerate(amounts):
            place = builds_landing(tmp_path) / f"{key}-{order}.csv.gz"
            line = f"{key},{customer_id},{contract_id},2026-01-30,{amount},2026-01-31T10:00:00+08:00\n"
            place.write_bytes(gzip.compress((header + line).encode()))
            load_folder(tmp_path)
    with connect("admin") as connection:
        rows = connection.execute(
            "select staged.payment_id, bool_and(staged.paid_amount = best.paid_amount), count(*) "
            "from staging.stg_landing__payment as staged inner join ("
            "select distinct on (payment_id) payment_id, paid_amount from landing.payment "
            "order by payment_id, content_hash desc) as best using (payment_id) "
            "where staged.payment_id like 'tie-_' and staged.superseded_at is null group by 1 order by 1"
        ).fetchall()
    assert rows == [("tie-a", True, 1), ("tie-b", True, 1)]


def builds_landing(folder: Path) -> Path:
    """A landing folder of the same portfolio that holds payments only."""
    from loudong.portfolio.settings import write_portfolio

    with connect() as connection:
        write_portfolio(folder, runs.current_portfolio(connection))
    place = folder / "payment" / END.isoformat()
    place.mkdir(parents=True, exist_ok=True)
    return place


def test_the_outcomes_of_a_rolled_panel_need_nothing_that_other_runs_left(builds: Builds) -> None:
    with connect("admin") as connection:
        tables = connection.execute("select tablename from pg_tables where schemaname = 'intermediate'").fetchall()
        assert len(tables) > 50
        for (table,) in tables:
            connection.execute(f"drop table intermediate.{table} cascade".encode())
    found = []
    for run_id in (builds.rolled, builds.among):
        runs.reopen_run(run_id)
        steps.build_label(run_id, runs.cutoff(END, "Asia/Shanghai"))
        runs.close_run(run_id, "done")
        found.append(
            ask(
                "select to_jsonb(label) - 'run_id' from marts.fct_default_label as label where run_id = %s order by 1",
                run_id,
            )
        )
    assert found[0] == found[1]
    assert len(found[0]) > 300
