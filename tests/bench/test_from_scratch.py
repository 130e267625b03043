"""Promises of the scripts that work from scratch: each says what the mart says, and a wrong value would be named."""

import subprocess
import sys
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest
import yaml
from oracle.comparing import build
from oracle.edges import edges
from oracle.histories import customer_history, surroundings
from oracle.making import DATES
from oracle.test_marts import PORTFOLIO, deliver

from bench.from_scratch.agree import Difference, differences
from bench.from_scratch.export import EXPORTED, export
from loudong.landing.load import load_folder
from loudong.settings import PROJECT_DIR, Settings
from loudong.warehouse.connect import connect

SEEDS = range(7000, 7060)
SCRIPTS = ("duckdb", "polars", "pandas")
DAY = DATES[-1]
# Beside all columns of the families of movements and payments.
REPAYMENT = {
    *("dpd_days", "past_due_amount", "past_due_contract_count", "installment_count"),
    *(f"installment_{days}d_count" for days in (90, 180, 365)),
    *(f"due_amount_{days}d" for days in (30, 90, 180, 365)),
    *(f"missed_amount_{days}d" for days in (90, 365)),
}


@dataclass(frozen=True)
class Book:
    """A warehouse whose mart was built, its landed rows as files, and what each script made of them."""

    folder: Path
    run_id: str
    rows: dict[str, int]
    tables: dict[str, pa.Table]


@pytest.fixture(scope="module")
def book(warehouse: Settings, without_data_tests: None, tmp_path_factory: pytest.TempPathFactory) -> Book:
    landing, folder, out = (tmp_path_factory.mktemp(name) for name in ("landing", "parquet", "out"))
    rows = [row for seed in SEEDS for row in customer_history(seed)]
    rows += surroundings(SEEDS[0], [f"C{seed}" for seed in SEEDS]) + edges()
    for part in (0, 1):
        deliver(landing, rows, part)
    load_folder(landing)
    exported = export(folder)
    started = {name: start(name, folder, out / name) for name in SCRIPTS}
    run_id = build("panel", DAY)
    return Book(folder, run_id, exported, {name: table(process, out / name) for name, process in started.items()})


def start(name: str, folder: Path, file: Path) -> subprocess.Popen[str]:
    """A script, at work in a process of its own."""
    command = [sys.executable, "-m", f"bench.from_scratch.{name}_script", str(folder), str(DAY), PORTFOLIO.timezone]
    return subprocess.Popen(
        [*command, str(file)], cwd=PROJECT_DIR, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


def table(process: subprocess.Popen[str], file: Path) -> pa.Table:
    """What a script wrote."""
    said, error = process.communicate()
    assert process.returncode == 0, error
    seconds, peak_mib = (float(text) for text in said.split())
    assert seconds > 0
    assert peak_mib > 1
    return pq.read_table(file)


def dictionary(*families: str) -> set[str]:
    """The columns of these families."""
    file = PROJECT_DIR / "dbt_project" / "models" / "features" / "fct_customer_features.yml"
    columns = yaml.safe_load(file.read_text(encoding="utf-8"))["models"][0]["columns"]
    return {column["name"] for column in columns if column.get("config", {}).get("meta", {}).get("family") in families}


def test_every_version_that_landed_is_exported(book: Book) -> None:
    with connect("admin") as connection:
        for name in EXPORTED:
            landed = connection.execute(f"select count(*) from landing.{name}".encode()).fetchone()
            assert landed == (book.rows[name],) == (pq.read_metadata(book.folder / f"{name}.parquet").num_rows,)
            assert book.rows[name] > 0
        versions = connection.execute("select count(*) from landing.transaction_superseded").fetchone()
    assert versions is not None
    assert versions[0] > 0


@pytest.mark.parametrize("name", SCRIPTS)
def test_a_script_agrees_with_the_mart_on_every_column(name: str, book: Book) -> None:
    table = book.tables[name]
    assert set(table.column_names) - {"customer_id"} == dictionary("movement", "paid") | REPAYMENT
    assert len(table.column_names) > 75
    assert table["customer_id"].to_pylist() == sorted(table["customer_id"].to_pylist())
    assert differences(table, book.run_id, DAY) == []
    says_nothing = {column for column in table.column_names if len(pc.unique(table[column])) < 2}
    assert not says_nothing


@pytest.mark.parametrize(
    ("column", "wrong"), [("night_90d_count", 10**6), ("paid_amount_m0", None), ("inflow_variation_180d_ratio", 0.5)]
)
def test_a_planted_wrong_value_is_named(column: str, wrong: float | None, book: Book) -> None:
    table = book.tables["duckdb"]
    values = table[column].to_pylist()
    with connect("admin") as connection:
        known = connection.execute(
            f"select customer_id, {column} from marts.fct_customer_features "
            f"where run_id = %s and {column} is not null order by 1 limit 1".encode(),
            (book.run_id,),
        ).fetchone()
    assert known is not None
    values[table["customer_id"].to_pylist().index(known[0])] = wrong
    place = table.column_names.index(column)
    planted = table.set_column(place, column, pa.array(values, table.schema.field(place).type))
    assert differences(planted, book.run_id, DAY) == [Difference(column, 1, known[0], known[1], wrong)]


def test_a_missing_customer_and_an_unknown_run_are_told(book: Book) -> None:
    found = differences(book.tables["duckdb"].slice(0, 0), book.run_id, DAY)
    assert [difference.column for difference in found] == ["*"]
    with pytest.raises(ValueError, match="no rows"):
        differences(book.tables["duckdb"], book.run_id, date(2001, 1, 1))
