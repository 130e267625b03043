"""Whether the policy tables that dbt seeded are the policy the run was opened with."""

from collections import Counter
from decimal import Decimal, InvalidOperation

from psycopg import sql

from loudong.errors import LoudongError
from loudong.warehouse.connect import Connection


def require_seeded(connection: Connection, run_id: str, policy_version: str | None) -> str:
    """`policy_version`, after making sure that staging.policy_* hold exactly its rows.

    Raises LoudongError for a version never recorded, or naming the table that differs: decisions would otherwise be
    filed under a policy that did not make them.
    """
    row = connection.execute(
        "select content from ops.policy_version where policy_version = %s", (policy_version,)
    ).fetchone()
    if policy_version is None or row is None:
        raise LoudongError(f"run {run_id} names no recorded policy ({policy_version}); open the run anew")
    for table, rows in row[0].items():
        columns = list(rows[0])
        seeded = connection.execute(
            sql.SQL("select {} from {}").format(
                sql.SQL(", ").join(sql.SQL("{}::text").format(sql.Identifier(column)) for column in columns),
                sql.Identifier("staging", f"policy_{table}"),
            )
        ).fetchall()
        wanted = Counter(tuple(_plain(row[column]) for column in columns) for row in rows)
        if Counter(tuple(_plain(value) for value in values) for values in seeded) != wanted:
            raise LoudongError(
                f"staging.policy_{table} does not hold the rows of policy {policy_version} that run {run_id} was "
                "opened with; run the date again so that dbt seeds them"
            )
    return policy_version


def _plain(value: str | None) -> str:
    """A cell as seeded or as written, in one spelling: empty for null, numbers without idle zeros."""
    if value is None:
        return ""
    try:
        number = Decimal(value)
    except InvalidOperation:
        return value
    return format(number.normalize(), "f") if number.is_finite() else value
