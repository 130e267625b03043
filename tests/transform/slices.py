"""What a run says of a date, row by row as text, and where two runs do not say the same."""

from datetime import date, datetime

from psycopg import sql

from loudong.warehouse.connect import connect

FACTS = ("marts.fct_customer_features", "marts.fct_contract_delinquency")
PUBLISHED = (*FACTS, "risk.customer_score", "risk.customer_tier")
# They differ between two runs that say the same.
RUN_COLUMNS = ("run_id", "scored_at", "decided_at", "built_at")


def texts(table: str, run_id: str, day: date) -> list[str]:
    """The rows of a run and date as text, every column but those of the run itself, in order."""
    schema, name = table.split(".")
    with connect("admin") as connection:
        listed = connection.execute(
            "select column_name from information_schema.columns where table_schema = %s and table_name = %s "
            "and column_name <> all (%s) order by column_name",
            (schema, name, list(RUN_COLUMNS)),
        ).fetchall()
        assert len(listed) > 5
        columns = sql.SQL(", ").join(sql.Identifier(row[0]) for row in listed)
        rows = connection.execute(
            sql.SQL('select row({})::text collate "C" from {} where run_id = %s and as_of_date = %s order by 1').format(
                columns, sql.Identifier(schema, name)
            ),
            (run_id, day),
        ).fetchall()
    return [row[0] for row in rows]


def differing(day: date, one: str, other: str, tables: tuple[str, ...] = FACTS, at_least: int = 1) -> dict[str, int]:
    """How many rows of each table only one of two runs has; tables without any are left out.

    Both runs must hold at least `at_least` rows of the date in every table, so that nothing is compared with nothing.
    """
    found = {}
    for table in tables:
        mine, others = texts(table, one, day), texts(table, other, day)
        assert min(len(mine), len(others)) >= at_least, f"{table}: {len(mine)} and {len(others)} rows of {day}"
        if mine != others:
            found[table] = len(set(mine) ^ set(others)) + abs(len(mine) - len(others))
    return found


def described(dim: str, day: date, cutoff: datetime) -> list[str]:
    """What a dimension says of a date: every column but the ends of its intervals, which later dates set."""
    schema, name = dim.split(".")
    with connect("admin") as connection:
        listed = connection.execute(
            "select column_name from information_schema.columns where table_schema = %s and table_name = %s "
            "and column_name <> all (%s) order by column_name",
            (schema, name, ["valid_to_date", "known_to"]),
        ).fetchall()
        rows = connection.execute(
            sql.SQL(
                'select row({})::text collate "C" from {} where valid_from_date <= %(day)s '
                "and (valid_to_date is null or valid_to_date > %(day)s) and known_from < %(cutoff)s "
                "and (known_to is null or known_to >= %(cutoff)s) order by 1"
            ).format(sql.SQL(", ").join(sql.Identifier(row[0]) for row in listed), sql.Identifier(schema, name)),
            {"day": day, "cutoff": cutoff},
        ).fetchall()
    return [row[0] for row in rows]
