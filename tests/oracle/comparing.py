"""Rows of the marts beside those of the oracle."""

import math
from dataclasses import dataclass
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from oracle.landed import Landed, Moment
from oracle.portfolio import describe

from loudong.pipeline import opening, runs, steps
from loudong.portfolio.settings import PortfolioSettings
from loudong.warehouse.connect import connect

FACTS = {
    "marts.fct_customer_features": ("customer_id",),
    "marts.fct_contract_delinquency": ("customer_id", "contract_id"),
}


@dataclass(frozen=True)
class Difference:
    """One value that the SQL and the oracle see differently."""

    table: str
    key: tuple[str, ...]
    day: date
    column: str
    sql: Any
    oracle: Any


def build(kind: runs.Kind, *days: date) -> str:
    """Build the marts of some dates; the run_id."""
    run = runs.open_run(kind, days, opening.record_policy())
    try:
        steps.build(run.run_id, steps.EVERYTHING)
    finally:
        runs.close_run(run.run_id, "done" if kind == "panel" else "failed", "built to be compared")
    return run.run_id


def sql_rows(table: str, run_id: str, day: date) -> dict[tuple[str, ...], dict[str, Any]]:
    """Rows of a mart by key, without the run."""
    with connect("admin") as connection:
        cursor = connection.execute(
            f"select * from {table} where run_id = %s and as_of_date = %s".encode(), (run_id, day)
        )
        names = [column.name for column in cursor.description or ()]
        rows = [dict(zip(names, values, strict=True)) for values in cursor.fetchall()]
    for row in rows:
        del row["run_id"]
    return {tuple(row[name] for name in FACTS[table]): row for row in rows}


def oracle_rows(landed: Landed, portfolio: PortfolioSettings, day: date) -> dict[str, dict[tuple[str, ...], Any]]:
    """What the oracle says of both marts."""
    found = describe(landed, portfolio, Moment(day, ZoneInfo(portfolio.timezone)))
    return {
        table: {tuple(row[name] for name in key): row for row in rows}
        for (table, key), rows in zip(FACTS.items(), found, strict=True)
    }


def differences(run_id: str, day: date, expected: dict[str, dict[tuple[str, ...], Any]]) -> list[Difference]:
    """Every value, and every missing or surplus row (column `*`)."""
    found = []
    for table in FACTS:
        actual = sql_rows(table, run_id, day)
        for key in sorted(actual.keys() | expected[table].keys()):
            mine, other = actual.get(key), expected[table].get(key)
            if mine is None or other is None:
                found.append(Difference(table, key, day, "*", mine is not None, other is not None))
                continue
            found += [
                Difference(table, key, day, column, value, other.get(column))
                for column, value in mine.items()
                if not same(value, other.get(column))
            ]
    return found


def same(left: Any, right: Any) -> bool:
    """Equal; doubles to 1e-9 of their size."""
    if isinstance(left, float) or isinstance(right, float):
        if left is None or right is None:
            return left is right
        return math.isclose(float(left), float(right), rel_tol=1e-9, abs_tol=1e-9)
    return bool(left == right) and (left is None) == (right is None)


def explain(found: list[Difference], landed: Landed) -> str:
    """The first differences in words, with the landed rows of the first customer."""
    lines = [
        f"{d.day} {'/'.join(d.key)} {d.table.split('.')[1]}.{d.column}: SQL {d.sql}, oracle {d.oracle}"
        for d in found[:25]
    ]
    if found:
        hidden = ("content_hash", "file_id", "file_line", "landed_at")
        for name, rows in landed.rows.items():
            mine = [row for row in rows if row.get("customer_id") == found[0].key[0]]
            for row in sorted(mine, key=lambda row: row["observed_at"]):
                lines.append(
                    f"  {name}: " + ", ".join(f"{k}={v}" for k, v in row.items() if k not in hidden and v is not None)
                )
    return f"{len(found)} differences\n" + "\n".join(lines[:120])
