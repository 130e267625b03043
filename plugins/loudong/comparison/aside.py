"""A date that is built a second time, aside; nothing that is published is touched by it."""

import tempfile
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from psycopg import sql

from loudong.comparison.standing import Standing
from loudong.errors import LoudongError
from loudong.pipeline import opening, runs
from loudong.policy.load import load_policy, write_policy
from loudong.transform import aside
from loudong.warehouse.connect import Connection

if TYPE_CHECKING:
    from collections.abc import Iterator


@contextmanager
def aside_run(as_of_date: date, policy_version: str) -> "Iterator[runs.Run]":
    """An exclusive run of the date in the schema, which is empty before and after it.

    RunBusyError while a run or a load is at work.
    """
    run = opening.open_run("comparison", (as_of_date,), policy_version, None)
    with runs.ending(run.run_id), aside.cleared():
        yield run


@contextmanager
def policy_of(standing: Standing, notes: list[str]) -> "Iterator[tuple[str, Path | None]]":
    """The policy that the run that stands was built with, as a folder: what differs must come from what was known.

    One that this release's SQL cannot apply gives way to the present one, and a note says so.
    """
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        try:
            write_policy(standing.policy, folder)
            version = load_policy(folder).version
        except LoudongError:
            present = opening.record_policy()
            notes.append(
                f"policy {standing.policy_version} is of another release, so {present} was applied to today's side: "
                "buckets, categories and tiers may differ for that reason alone"
            )
            yield present, None
            return
        yield version, folder


def move_policy(connection: Connection) -> None:
    """Let the decision see the policy that the comparison was built with."""
    tables = connection.execute(
        "select c.relname from pg_class as c inner join pg_namespace as n on n.oid = c.relnamespace "
        "where n.nspname = %s and c.relkind = 'r' and c.relname like 'policy\\_%%'",
        (aside.SCHEMA,),
    ).fetchall()
    for (table,) in tables:
        columns = sql.SQL(", ").join(map(sql.Identifier, columns_of(connection, aside.SCHEMA, table)))
        connection.execute(sql.SQL("delete from {}").format(sql.Identifier("staging", table)))
        connection.execute(
            sql.SQL("insert into {to} ({columns}) select {columns} from {source}").format(
                to=sql.Identifier("staging", table), columns=columns, source=sql.Identifier(aside.SCHEMA, table)
            )
        )


def copy_features(connection: Connection, run: runs.Run, customer_ids: list[str]) -> int:
    """Put what the run has built of the customers into the mart, for the caller to take back; how many it describes."""
    columns = sql.SQL(", ").join(map(sql.Identifier, columns_of(connection, "marts", "fct_customer_features")))
    return connection.execute(
        sql.SQL(
            "insert into marts.fct_customer_features ({columns}) select {columns} from aside.fct_customer_features "
            "where run_id = %s and customer_id = any(%s)"
        ).format(columns=columns),
        (run.run_id, customer_ids),
    ).rowcount


def columns_of(connection: Connection, schema: str, table: str) -> list[Any]:
    rows = connection.execute(
        "select column_name from information_schema.columns where table_schema = %s and table_name = %s "
        "order by ordinal_position",
        (schema, table),
    ).fetchall()
    return [row[0] for row in rows]
