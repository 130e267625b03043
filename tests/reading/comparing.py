"""The marts beside this reading of the landed rows."""

from dataclasses import dataclass
from datetime import date
from math import isclose
from typing import Any

from reading.book import Portfolio, contract_rows, features, open_book
from reading.landed import Landed, Moment
from reading.quirks import ZONE

from loudong.pipeline import runs, steps
from loudong.warehouse.connect import connect

CUSTOMERS, CONTRACTS = "marts.fct_customer_features", "marts.fct_contract_delinquency"
KEYS = {CUSTOMERS: ("customer_id",), CONTRACTS: ("customer_id", "contract_id")}
Rows = dict[tuple[str, ...], dict[str, Any]]


@dataclass(frozen=True)
class Difference:
    """One value that the SQL and the reading see differently; column `*`: a row only one of them has."""

    key: tuple[str, ...]
    day: date
    column: str
    sql: Any
    reading: Any


def build(kind: runs.Kind, *days: date) -> str:
    """Build the marts for some dates; the run_id."""
    run = runs.open_run(kind, days, steps.record_policy())
    try:
        steps.build(run.run_id, steps.EVERYTHING)
    finally:
        runs.close_run(run.run_id, "failed", "compared, not published")
    return run.run_id


def of_sql(table: str, run_id: str, day: date) -> Rows:
    with connect("admin") as connection:
        cursor = connection.execute(
            f"select * from {table} where run_id = %s and as_of_date = %s".encode(), (run_id, day)
        )
        names = [column.name for column in cursor.description or ()]
        rows = [dict(zip(names, values, strict=True)) for values in cursor.fetchall()]
    return {tuple(row[name] for name in KEYS[table]): row for row in rows}


def of_reading(landed: Landed, day: date, portfolio: Portfolio) -> dict[str, Rows]:
    book = open_book(landed, Moment(day, ZONE), portfolio)
    described = {(customer_id,): values for customer_id, values in features(book, portfolio).items()}
    return {CUSTOMERS: described, CONTRACTS: dict(contract_rows(book).items())}


def opinions(expected: Rows) -> set[str]:
    """Columns of which the reading says anything of anyone."""
    return {column for row in expected.values() for column in row}


def differences(run_id: str, day: date, expected: dict[str, Rows]) -> list[Difference]:
    """Every value that differs in a column of which there is an opinion."""
    found = []
    for table, rows in expected.items():
        actual, columns = of_sql(table, run_id, day), opinions(rows)
        for key in sorted(actual.keys() | rows.keys()):
            if key not in actual or key not in rows:
                found.append(Difference(key, day, "*", key in actual, key in rows))
                continue
            for column in sorted(columns & actual[key].keys()):
                value, mine = actual[key][column], rows[key].get(column)
                if not is_same(value, mine):
                    found.append(Difference(key, day, column, value, mine))
    return found


def is_same(value: Any, other: Any) -> bool:
    """Equal to the last digit; doubles to 1e-9 of their size."""
    if value is None or other is None:
        return value is other
    if isinstance(value, float) or isinstance(other, float):
        return isclose(value, other, rel_tol=1e-9, abs_tol=1e-12)
    return bool(value == other)


HIDDEN = ("customer_id", "content_hash", "file_id", "file_line", "landed_at")


def explain(found: list[Difference], landed: Landed, names: dict[str, str]) -> str:
    """What differs, and everything that landed of the first customer concerned."""
    lines = [f"{len(found)} differences, the first of them:"]
    lines += [
        f"  {each.day} {' '.join(each.key)} {each.column}: SQL {each.sql}, reading {each.reading}"
        for each in found[:25]
    ]
    if found:
        customer_id = found[0].key[0]
        lines.append(f"{customer_id} is {names.get(customer_id)}; landed of it:")
        for entity, rows in landed.items():
            mine = [row for row in rows if row.get("customer_id") == customer_id]
            for row in sorted(mine, key=lambda row: row["observed_at"]):
                shown = [f"{name}={value}" for name, value in row.items() if name not in HIDDEN and value is not None]
                lines.append(f"  {entity} {' '.join(shown)}")
    return "\n".join(lines)
