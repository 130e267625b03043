"""Temporary tables in the place of everything a decision writes, and proof that nothing else was written.

A table of the session comes before one of the same name in `risk` or `staging`: the statements that decide every day
then read the candidate's policy and write into the session alone.
"""

from psycopg import sql

from loudong.errors import LoudongError
from loudong.policy import Policy
from loudong.policy.tables import TABLES
from loudong.warehouse.connect import Connection

# Read by trials, never by decisions; the one stands in the place of the other.
NOT_SHADOWED = ("walk_forward_score", "customer_score")
_SCORES = """
    create temporary view customer_score as
    select customer_id, as_of_date, run_id, pd, score_points, model_name, model_version, '' as feature_version,
        false as is_hindsight, '[]'::jsonb as reasons
    from risk.walk_forward_score
"""
SQL_TYPES = {"text": "text", "integer": "integer", "number": "numeric", "date": "date"}


def create_shadows(connection: Connection, policy: Policy) -> None:
    """An empty temporary table for each of `risk`, the walk-forward pd in the place of scores, and the rows of `policy`
    in a table for each of its own.

    LoudongError where the server does not count writes, or a seeded policy table would be left to shine through.
    """
    row = connection.execute("show track_counts").fetchone()
    if row is None or row[0] != "on":
        raise LoudongError("the server's track_counts is off, so that nobody could tell what a trial wrote; set it on")
    for name in _risk_tables(connection):
        connection.execute(
            sql.SQL(
                "create temporary table {name} (like {published} including defaults including identity "
                "including indexes including constraints including generated)"
            ).format(name=sql.Identifier(name), published=sql.Identifier("risk", name))
        )
    connection.execute(_SCORES)
    for table in TABLES.values():
        name = f"policy_{table.name}"
        columns = [sql.SQL("{} " + SQL_TYPES[field.kind]).format(sql.Identifier(field.name)) for field in table.fields]
        connection.execute(
            sql.SQL("create temporary table {} ({})").format(sql.Identifier(name), sql.SQL(", ").join(columns))
        )
        names = [field.name for field in table.fields]
        connection.cursor().executemany(
            sql.SQL("insert into {} ({}) values ({})").format(
                sql.Identifier(name),
                sql.SQL(", ").join(map(sql.Identifier, names)),
                sql.SQL(", ").join(sql.Placeholder() * len(names)),
            ),
            [[row[name] for name in names] for row in policy.rows[table.name]],
        )
    _require_all_shadowed(connection)


def require_untouched(connection: Connection) -> None:
    """Raise a LoudongError, naming them, when the transaction has written to tables that others can see."""
    rows = connection.execute(
        "select schemaname || '.' || relname from pg_stat_xact_all_tables "
        "where schemaname not like 'pg\\_%' and n_tup_ins + n_tup_upd + n_tup_del > 0 order by 1"
    ).fetchall()
    if rows:
        raise LoudongError(
            f"a trial has written to {', '.join(row[0] for row in rows)}; all of it is taken back. A statement of the "
            "decisions names a table with its schema, or one that has no shadow"
        )


def _risk_tables(connection: Connection) -> list[str]:
    rows = connection.execute(
        "select c.relname from pg_class as c inner join pg_namespace as n on n.oid = c.relnamespace "
        "where n.nspname = 'risk' and c.relkind in ('r', 'p') and not c.relispartition and c.relname <> all(%s) "
        "order by 1",
        (list(NOT_SHADOWED),),
    ).fetchall()
    return [row[0] for row in rows]


def _require_all_shadowed(connection: Connection) -> None:
    rows = connection.execute(
        "select c.relname from pg_class as c inner join pg_namespace as n on n.oid = c.relnamespace "
        "where n.nspname = 'staging' and c.relname like 'policy\\_%' and c.relkind = 'r' and not exists ("
        "select 1 from pg_class as own where own.relnamespace = pg_my_temp_schema() and own.relname = c.relname)"
    ).fetchall()
    if rows:
        raise LoudongError(
            f"staging.{rows[0][0]} is no policy table of this release; drop it, so that a trial decides by the "
            "candidate alone"
        )
