"""The SQL of the decisions: one file per statement group, run inside one transaction over temporary tables.

`decision_run` holds the one date that is decided, `decision_customer` its customers, `decision_indicator` the values
that policy asks for. All statements are set-based and keyed by customer_id. They name what they write (of `risk`) and
the policy (of `staging`) without a schema, so that a trial can put temporary tables in their place.
"""

from functools import cache
from pathlib import Path

from psycopg import sql

from loudong.warehouse.connect import Connection

SQL_DIR = Path(__file__).with_name("sql")


@cache
def statement(name: str) -> bytes:
    """The text of one SQL file."""
    return (SQL_DIR / f"{name}.sql").read_bytes()


def execute(connection: Connection, name: str) -> int:
    """Run one SQL file; the rows that its last statement wrote."""
    cursor = connection.execute(statement(name))
    while cursor.nextset():
        pass
    return max(cursor.rowcount, 0)


def create_indicators(connection: Connection) -> None:
    """Unpivot the indicators that floors name into `decision_indicator` (customer, indicator, value not null).

    Alert rules, which are many, read theirs in columns (`alert_outcomes`).
    """
    named = connection.execute(
        "select indicator, columns.data_type from ("
        "select distinct indicator from policy_tier_floor"
        ") as policy inner join information_schema.columns on columns.table_schema = 'marts' "
        "and columns.table_name = 'fct_customer_features' and columns.column_name = policy.indicator order by indicator"
    ).fetchall()
    values = [
        sql.SQL("({name}, feature.{column}{cast}::double precision)").format(
            name=sql.Literal(indicator),
            column=sql.Identifier(indicator),
            cast=sql.SQL("::integer" if data_type == "boolean" else ""),
        )
        for indicator, data_type in named
    ]
    connection.execute(
        sql.SQL(
            "create temporary table decision_indicator on commit drop as "
            "select feature.customer_id, indicator.indicator, indicator.value from decision_run as run "
            "inner join marts.fct_customer_features as feature "
            "on feature.run_id = run.run_id and feature.as_of_date = run.as_of_date "
            "cross join lateral (values {}) as indicator (indicator, value) where indicator.value is not null"
        ).format(sql.SQL(", ").join(values))
    )
    connection.execute("analyze decision_indicator")
