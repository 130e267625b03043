"""The SQL of the decisions: one file per statement group, run inside one transaction over temporary tables.

`decision_run` holds the one date that is decided, `decision_mart` what decisions read of its features,
`decision_customer` its customers, `decision_indicator` the values that floors and demands ask for. All statements are
set-based and keyed by customer_id. They name what they write (of `risk`) and the policy (of `staging`) without a
schema, so that a trial can put temporary tables in their place.
"""

from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import LiteralString

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


# What the statements themselves read of the mart; policy names the rest.
_READ = (
    "customer_id",
    "customer_type_code",
    "building_id",
    "industry_code",
    "exposure_amount",
    "dpd_days",
    "is_in_default",
    "past_due_amount",
    "limit_amount",
    "deposit_ratio",
    "days_since_attempt_days",
    "inflow_change_90d_ratio",
    "move_out_90d_count",
    "building_occupied_ratio",
    "is_anchor_tenant",
    "has_anchor_past_due",
    "has_anchor_left_365d",
    "industry_indicator_change_90d",
    "industry_indicator_change_365d",
    "industry_indicator_to_year_mean",
)
_FLOORS = "select indicator from policy_tier_floor"
_ASKED = (
    "select indicator from policy_strategy_condition union select indicator from policy_follow_up_cadence "
    "union select indicator from policy_screening_indicator"
)
_RULES = "select indicator from policy_alert_rule union select indicator from policy_alert_condition"


def create_slice(connection: Connection) -> None:
    """Read the run's rows of the mart, which is wide, once: `decision_mart` holds the columns that decisions name."""
    wanted = {*_READ, *_named(connection, f"{_FLOORS} union {_ASKED} union {_RULES}")}
    columns = [sql.Identifier("feature", name) for name in mart_types(connection, wanted)]
    connection.execute(
        sql.SQL(
            "create temporary table decision_mart on commit drop as select {} from decision_run as run "
            "inner join marts.fct_customer_features as feature "
            "on feature.run_id = run.run_id and feature.as_of_date = run.as_of_date"
        ).format(sql.SQL(", ").join(columns))
    )
    connection.execute("create unique index on decision_mart (customer_id)")
    connection.execute("analyze decision_mart (customer_id, customer_type_code, building_id, industry_code)")


def mart_types(connection: Connection, names: Iterable[str]) -> dict[str, str]:
    """The SQL types of those of `names` that are columns of the mart, in the order of their names."""
    rows = connection.execute(
        "select column_name, data_type from information_schema.columns where table_schema = 'marts' "
        "and table_name = 'fct_customer_features' and column_name = any(%s) order by column_name",
        (sorted(names),),
    ).fetchall()
    return dict(rows)


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
    add_indicators(connection, _named(connection, f"({_ASKED}) except {_FLOORS}"))


def add_indicators_of_mart(connection: Connection, wanted: list[str]) -> None:
    """Add the values of `wanted`, which the seeded policy does not name, where the mart still has them."""
    _add(
        connection, wanted, "decision_run inner join marts.fct_customer_features as feature using (run_id, as_of_date)"
    )


def add_indicators(connection: Connection, wanted: list[str]) -> None:
    """Add the values of `wanted` to `decision_indicator`; those that the mart does not have are left out."""
    _add(connection, wanted, "decision_mart as feature")


def _named(connection: Connection, query: str) -> list[str]:
    """The indicators that a query finds; policy may leave one empty."""
    return [row[0] for row in connection.execute(query.encode()).fetchall() if row[0] is not None]


def _add(connection: Connection, wanted: list[str], source: LiteralString) -> None:
    values = [
        sql.SQL("({name}, feature.{column}{cast}::double precision)").format(
            name=sql.Literal(indicator),
            column=sql.Identifier(indicator),
            cast=sql.SQL("::integer" if data_type == "boolean" else ""),
        )
        for indicator, data_type in mart_types(connection, wanted).items()
    ]
    if not values:
        return
    connection.execute(
        sql.SQL(
            "insert into decision_indicator "
            "select feature.customer_id, indicator.indicator, indicator.value from {} "
            "cross join lateral (values {}) as indicator (indicator, value) where indicator.value is not null"
        ).format(sql.SQL(source), sql.SQL(", ").join(values))
    )
    connection.execute("analyze decision_indicator")
