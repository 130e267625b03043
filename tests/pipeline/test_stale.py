"""Promises about stale dates: those that a late row is about are listed, no others, until they are worked out again."""

from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner
from landing.delivering import SETTINGS, ask, customers, payment, payments, write

from loudong.cli import cli
from loudong.landing.load import load_folder
from loudong.landing.quarantine import replay
from loudong.pipeline import runs
from loudong.pipeline.stale import stale_dates, stale_line
from loudong.portfolio.settings import write_portfolio
from loudong.settings import Settings
from loudong.warehouse.connect import connect

DAY, BEFORE = date(2026, 1, 31), date(2026, 1, 30)
LAST_INSTANT, FIRST_INSTANT = "2026-01-31T23:59:59.999999+08:00", "2026-02-01T00:00:00+08:00"


@pytest.fixture
def folder(warehouse: Settings, tmp_path: Path) -> Path:
    """A landing folder with what every load needs, loaded; and no run."""
    with connect("admin") as connection:
        connection.execute("truncate ops.run, ops.publication, ops.landing_file, ops.file_delivery cascade")
        connection.execute("truncate landing.customer, landing.building, landing.contract, landing.payment")
    write_portfolio(tmp_path, SETTINGS)
    early = "2025-01-01T10:00:00+08:00"
    building = "building_id,valid_from_date,building_name,building_type_code,observed_at\n"
    write(tmp_path, "building", "a.csv", f"{building}B1,2025-01-01,Tower,office,{early}\n")
    write(tmp_path, "customer", "a.csv", customers("C1", "C2"))
    contract = "contract_id,customer_id,contract_type_code,signed_date,start_date,observed_at\n"
    write(tmp_path, "contract", "a.csv", f"{contract}K1,C1,lease,2025-01-01,2025-01-01,{early}\n")
    load_folder(tmp_path)
    return tmp_path


def _publish(day: date) -> str:
    run = runs.open_run("daily", (day,))
    with connect() as connection:
        connection.execute("update ops.publication set superseded_at = clock_timestamp() where as_of_date = %s", (day,))
        connection.execute(
            "insert into ops.publication (as_of_date, run_id, result_hash) values (%s, %s, 'x')", (day, run.run_id)
        )
    runs.close_run(run.run_id, "published")
    return run.run_id


def _deliver(folder: Path, name: str, *rows: str) -> None:
    write(folder, "payment", name, payments(*rows))
    load_folder(folder)


def _stale() -> list[tuple[object, ...]]:
    return ask("select as_of_date, entity, row_count, run_id, kind from ops.stale_date order by 1, 2")


def test_a_date_is_stale_from_the_last_instant_before_it_ended_and_not_from_the_next(folder: Path) -> None:
    run_id = _publish(DAY)
    _deliver(folder, "next.csv", payment("P1", observed=FIRST_INSTANT))
    assert _stale() == []
    _deliver(folder, "last.csv", payment("P2", observed=LAST_INSTANT), payment("P3", observed=FIRST_INSTANT))
    assert _stale() == [(DAY, "payment", 1, run_id, "daily")]
    ((first, last, landed),) = ask("select first_observed_at, last_observed_at, landed_at from ops.stale_date")
    assert first == last
    assert str(first) == "2026-01-31 15:59:59.999999+00:00"
    assert ask("select %s > max(started_at) from ops.run", landed) == [(True,)]


def test_every_built_date_after_the_row_was_known_is_stale_and_none_before(folder: Path) -> None:
    before, day = _publish(BEFORE), _publish(DAY)
    _publish(date(2026, 1, 29))
    _deliver(folder, "late.csv", payment("P1", observed="2026-01-30T00:00:00+08:00"))
    assert _stale() == [(BEFORE, "payment", 1, before, "daily"), (DAY, "payment", 1, day, "daily")]


def test_what_landed_before_the_run_or_was_known_already_makes_nothing_stale(folder: Path) -> None:
    _deliver(folder, "early.csv", payment("P1"))
    _publish(DAY)
    assert _stale() == []
    _deliver(folder, "again.csv", payment("P1"))
    assert _stale() == []


def test_running_the_date_again_takes_it_in_whether_or_not_results_differ(folder: Path) -> None:
    _publish(BEFORE)
    _publish(DAY)
    _deliver(folder, "late.csv", payment("P1", observed="2026-01-30T10:00:00+08:00"))
    assert [row[0] for row in _stale()] == [BEFORE, DAY]
    _publish(BEFORE)
    assert [row[0] for row in _stale()] == [DAY]
    run = runs.open_run("daily", (DAY,))
    assert [row[0] for row in _stale()] == [DAY]
    runs.close_run(run.run_id, "failed", "a gate failed")
    assert [row[0] for row in _stale()] == [DAY]
    run = runs.open_run("daily", (DAY,))
    runs.close_run(run.run_id, "unchanged")
    assert _stale() == []


def test_a_row_replayed_from_quarantine_makes_dates_stale_when_it_lands(folder: Path) -> None:
    _deliver(folder, "unknown.csv", payment("P1", customer="C9"))
    _publish(DAY)
    assert _stale() == []
    write(folder, "customer", "new.csv", customers("C9"), day="2026-02-01")
    load_folder(folder)
    assert replay().landed == 1
    assert [row[:3] for row in _stale()] == [(DAY, "customer", 1), (DAY, "payment", 1)]


def test_dates_of_a_standing_panel_are_stale_too_and_comparisons_stand_for_nothing(folder: Path) -> None:
    panel = runs.open_run("panel", (BEFORE, DAY))
    runs.close_run(panel.run_id, "done")
    for kind in ("comparison", "panel"):
        run = runs.open_run(kind, (date(2026, 1, 1), DAY))
        runs.close_run(run.run_id, "done" if kind == "comparison" else "failed")
    _deliver(folder, "late.csv", payment("P1"))
    assert _stale() == [(DAY, "payment", 1, panel.run_id, "panel")]


def test_loading_and_status_say_how_many_dates_are_stale(folder: Path) -> None:
    _publish(BEFORE)
    _publish(DAY)
    write(folder, "payment", "late.csv", payments(payment("P1", observed="2026-01-30T10:00:00+08:00")))
    line = "2 dates are stale (from 2026-01-30 to 2026-01-31)"
    for arguments in (["load", str(folder)], ["status"]):
        result = CliRunner().invoke(cli, arguments)
        assert result.exit_code == 0, result.output
        assert line in result.stdout
    with connect() as connection:
        assert stale_dates(connection) == [(BEFORE, 1), (DAY, 1)]
    _publish(BEFORE)
    _publish(DAY)
    with connect() as connection:
        assert stale_line(connection) is None
