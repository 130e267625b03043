"""Making a run's results the ones that everybody sees, or keeping what stands when nothing changed."""

from dataclasses import dataclass, field
from typing import Literal

from psycopg import sql

from loudong.decisions.demand import Demands, demand
from loudong.errors import LoudongError
from loudong.pipeline.runs import Run
from loudong.publishing import ledger
from loudong.publishing.month_ends import renew_month_ends
from loudong.warehouse.connect import Connection, connect

Verdict = Literal["published", "unchanged"]

# The rows of a run that make up its results, with the key that orders them.
RESULT_TABLES = {
    ("marts", "fct_customer_features"): ("customer_id",),
    ("marts", "fct_contract_delinquency"): ("customer_id", "contract_id"),
    ("risk", "customer_score"): ("customer_id",),
    ("risk", "customer_tier"): ("customer_id",),
    ("risk", "tier_move"): ("customer_id",),
}
# They follow from the results: no part of what two runs are compared by.
DERIVED_TABLES = (("risk", "group_day"), ("risk", "default_start"), ("risk", "shadow_score"))
# They differ between two runs of the same date that say the same.
RUN_COLUMNS = ("run_id", "scored_at", "decided_at", "built_at")
GATES = ("landing", "marts", "scores")


@dataclass(frozen=True)
class Publication:
    """How publishing ended, and what the date demands of people."""

    verdict: Verdict
    demands: Demands = field(default_factory=Demands)


def publish(run: Run) -> Publication:
    """Make `run` stand for its date and write what it demands, in one transaction; no earlier run is deleted.

    When its results equal those that stand for the date, and retention has left these, the standing publication is
    kept, the run's own rows are taken back and the verdict is `unchanged`. Published again after it succeeded, a run
    gets the same verdict.
    Raises LoudongError for a run whose gates did not all pass or that lacks a score or tier.
    """
    with connect() as connection:
        ledger.lock(connection)
        standing = ledger.standing_publication(connection, run.as_of_date)
        told = _verdict_already_given(connection, run)
        if told is not None:
            return Publication(told)
        _require_gates(connection, run)
        _require_complete(connection, run)
        result_hash = hash_results(connection, run)
        connection.execute("update ops.run set result_hash = %s where run_id = %s", (result_hash, run.run_id))
        is_there = standing is not None and not ledger.is_removed(connection, standing[1], run.as_of_date)
        if standing is not None and is_there and standing[2] == result_hash:
            _take_back(connection, run)
            return Publication("unchanged")
        if standing is not None:
            connection.execute(
                "update ops.publication set superseded_at = clock_timestamp() where publication_id = %s",
                (standing[0],),
            )
        connection.execute(
            "insert into ops.publication (as_of_date, run_id, result_hash) values (%s, %s, %s)",
            (run.as_of_date, run.run_id, result_hash),
        )
        renew_month_ends(connection, run.as_of_date)
        return Publication("published", demand(connection, run))


def hash_results(connection: Connection, run: Run) -> str:
    """One hash over every result row of the run, run ids and times aside: equal results give equal hashes.

    Rows are hashed as text in the order of their key (byte order), columns in the order of their names.
    """
    connection.execute("set local timezone = 'UTC'; set local datestyle = 'ISO'; set local extra_float_digits = 1")
    hashes = []
    for (schema, table), key in RESULT_TABLES.items():
        row = connection.execute(
            sql.SQL(
                "select count(*) || ':' || md5(coalesce(string_agg(md5(row({columns})::text), '' order by {key}), '')) "
                "from {table} where run_id = %s and as_of_date = %s"
            ).format(
                columns=sql.SQL(", ").join(map(sql.Identifier, _result_columns(connection, schema, table))),
                key=sql.SQL(", ").join(sql.SQL('{} collate "C"').format(sql.Identifier(column)) for column in key),
                table=sql.Identifier(schema, table),
            ),
            (run.run_id, run.as_of_date),
        ).fetchone()
        hashes.append(f"{table}={row[0] if row else ''}")
    digest = connection.execute("select md5(%s)", (";".join(hashes),)).fetchone()
    return str(digest[0]) if digest else ""


def _result_columns(connection: Connection, schema: str, table: str) -> list[str]:
    rows = connection.execute(
        "select column_name from information_schema.columns where table_schema = %s and table_name = %s "
        "and column_name <> all(%s) order by column_name",
        (schema, table, list(RUN_COLUMNS)),
    ).fetchall()
    return [row[0] for row in rows]


def _verdict_already_given(connection: Connection, run: Run) -> Verdict | None:
    row = connection.execute("select result_hash from ops.run where run_id = %s", (run.run_id,)).fetchone()
    if row is None:
        raise LoudongError(f"unknown run {run.run_id}")
    if row[0] is None:
        return None
    published = connection.execute("select 1 from ops.publication where run_id = %s", (run.run_id,)).fetchone()
    return "published" if published else "unchanged"


def _require_gates(connection: Connection, run: Run) -> None:
    """Refuse a run unless the last try of each of its gates passed."""
    rows = connection.execute(
        "select distinct on (step) step, state from ops.run_step where run_id = %s and step = any(%s) "
        "order by step, started_at desc",
        (run.run_id, [f"gate_{gate}" for gate in GATES]),
    ).fetchall()
    passed = {step for step, state in rows if state == "success"}
    missing = [gate for gate in GATES if f"gate_{gate}" not in passed]
    if missing:
        raise LoudongError(
            f"run {run.run_id} is not published: gate {', '.join(missing)} has not passed; "
            "see ops.quality_result, correct the data and run the date again"
        )


def _require_complete(connection: Connection, run: Run) -> None:
    """Refuse a run unless every customer with features has one score and one tier."""
    counts = {}
    for schema, table in (("marts", "fct_customer_features"), ("risk", "customer_score"), ("risk", "customer_tier")):
        row = connection.execute(
            sql.SQL("select count(*) from {} where run_id = %s and as_of_date = %s").format(
                sql.Identifier(schema, table)
            ),
            (run.run_id, run.as_of_date),
        ).fetchone()
        counts[f"{schema}.{table}"] = row[0] if row else 0
    if len(set(counts.values())) != 1 or 0 in counts.values():
        text = ", ".join(f"{table} {rows}" for table, rows in counts.items())
        raise LoudongError(f"run {run.run_id} is not published: its tables do not match in rows ({text})")


def _take_back(connection: Connection, run: Run) -> None:
    for schema, table in (*RESULT_TABLES, *DERIVED_TABLES):
        connection.execute(
            sql.SQL("delete from {} where run_id = %s").format(sql.Identifier(schema, table)), (run.run_id,)
        )
