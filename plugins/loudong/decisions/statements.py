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


_FLOORS = "select indicator from policy_tier_floor"
_DEMANDS = (
    "(select indicator from policy_strategy_condition union select indicator from policy_follow_up_cadence "
    f"union select indicator from policy_screening_indicator) except {_FLOORS}"
)


def create_indicators(connection: Connection) -> None:
    """Unpivot the indicators that floors name into `decision_indicator` (customer, indicator, value not null).

    Alert rules, which are many, read theirs in columns (`alert_outcomes`).
    """
    connection.execute(
        "create temporary table decision_indicator (customer_id text, indicator text, value double precision) "
        "on commit drop"
    )
    add_indicators(connection, _named(connection, _FLOORS))


def add_demanded_indicators(connection: Connection) -> None:
    """Add those that strategies, cadences and screening name."""
    add_indicators(connection, _named(connection, _DEMANDS))


def _named(connection: Connection, query: str) -> list[str]:
    return [row[0] for row in connection.execute(query.encode()).fetchall()]


def add_indicators(connection: Connection, wanted: list[str]) -> None:
    """Add the values of `wanted` to `decision_indicator`; those that the mart does not have are left out."""
    named = connection.execute(
        "select column_name, data_type from information_schema.columns where table_schema = 'marts' "
        "and table_name = 'fct_customer_features' and column_name = any(%s) order by column_name",
        (wanted,),
    ).fetchall()
    if not named:
        return
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
            "insert into decision_indicator "
            "select feature.customer_id, indicator.indicator, indicator.value from decision_run as run "
            "inner join marts.fct_customer_features as feature "
            "on feature.run_id = run.run_id and feature.as_of_date = run.as_of_date "
            "cross join lateral (values {}) as indicator (indicator, value) where indicator.value is not null"
        ).format(sql.SQL(", ").join(values))
    )
    connection.execute("analyze decision_indicator")
