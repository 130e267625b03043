"""A script's table beside the rows of the mart."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import click
import pyarrow as pa
import pyarrow.parquet as pq

from loudong.warehouse.connect import connect

MART = "marts.fct_customer_features"
COLUMNS_AT_ONCE = 16
RELATIVE = 1e-9
# Spread of equal amounts is zero but for the rounding of doubles.
ABSOLUTE = 1e-12


@dataclass(frozen=True)
class Difference:
    """One column that differs, for how many customers, and the first of them. `*`: the script has no such customer."""

    column: str
    customers: int
    customer_id: str
    mart: Any
    script: Any

    def __str__(self) -> str:
        return (
            f"{self.column}: {self.customers} customers, of {self.customer_id} mart {self.mart}, script {self.script}"
        )


def differences(table: pa.Table, run_id: str, day: date) -> list[Difference]:
    """The columns of `table` that differ from the mart's of a run and date, over the customers of the mart.

    Counts and money are compared exactly, doubles to `RELATIVE`; null equals only null. A ValueError when the mart has
    no such rows.
    """
    place = {customer: number for number, customer in enumerate(table["customer_id"].to_pylist())}
    found: list[Difference] = []
    for names in _batches([name for name in table.column_names if name != "customer_id"]):
        rows = _mart_rows(names, run_id, day)
        missing = [customer for customer, *_ in rows if customer not in place]
        if missing:
            return [Difference("*", len(missing), missing[0], True, False)]
        for number, name in enumerate(names, start=1):
            mine = table[name].to_pylist()
            wrong = [(row[0], row[number], mine[place[row[0]]]) for row in rows]
            wrong = [(customer, left, right) for customer, left, right in wrong if not same(left, right)]
            if wrong:
                found.append(Difference(name, len(wrong), *wrong[0]))
    return found


def same(left: Any, right: Any) -> bool:
    """Equal: doubles within `RELATIVE`, all else exactly, null only to null."""
    if left is None or right is None:
        return left is right
    if isinstance(left, float):
        return math.isclose(left, right, rel_tol=RELATIVE, abs_tol=ABSOLUTE)
    return bool(left == right)


def _batches(names: list[str]) -> Iterator[list[str]]:
    for first in range(0, len(names), COLUMNS_AT_ONCE):
        yield names[first : first + COLUMNS_AT_ONCE]


def _mart_rows(names: list[str], run_id: str, day: date) -> list[tuple[Any, ...]]:
    statement = f"select customer_id, {', '.join(names)} from {MART} where run_id = %s and as_of_date = %s order by 1"
    with connect("admin") as connection:
        rows = connection.execute(statement.encode(), (run_id, day)).fetchall()
    if not rows:
        raise ValueError(f"{MART} has no rows of run {run_id} and {day}")
    return rows


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.argument("run_id")
@click.argument("day", type=click.DateTime(["%Y-%m-%d"]))
def main(file: Path, run_id: str, day: Any) -> None:
    """Compare the table in FILE with the mart's rows of RUN_ID and DAY."""
    table = pq.read_table(file)
    found = differences(table, run_id, day.date())
    for difference in found:
        click.echo(str(difference))
    click.echo(f"{table.num_columns - 1} columns compared, {len(found)} differ")
    if found:
        raise click.exceptions.Exit(1)


if __name__ == "__main__":
    main()
