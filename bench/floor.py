"""The least that one more day of the scripts' families can take here: writing its rows, with nothing worked out.

As many rows as the day wrote into each table of these families are copied from that table, which is in memory already,
into an unlogged table without any index; and so are the scripts' columns of the mart with its key.
"""

import time

from bench.day import FAMILIES, MART, Day
from loudong.warehouse.connect import Connection, connect


def bare_seconds(day: Day, columns: list[str]) -> float:
    """Seconds to write, bare, the rows of `day` in the tables of `FAMILIES`, and `columns` of its rows in the mart."""
    with connect("admin", autocommit=True) as connection:
        written = connection.execute(
            "select node_name, row_count from ops.dbt_result "
            "where run_id = %s and resource = 'model' and row_count > 0 order by node_name",
            (day.run_id,),
        ).fetchall()
        queries = [
            f"select * from intermediate.{name} limit {count}" for name, count in written if name.startswith(FAMILIES)
        ]
        listed = ", ".join(["run_id", "as_of_date", "customer_id", *columns])
        queries.append(f"select {listed} from marts.{MART} where run_id = '{day.run_id}'")
        connection.execute("create schema bench")
        try:
            return sum(_seconds(connection, query) for query in queries)
        finally:
            connection.execute("drop schema bench cascade")


def _seconds(connection: Connection, query: str) -> float:
    connection.execute(f"select count(*) from ({query}) as warm".encode())
    started = time.perf_counter()
    connection.execute(f"create unlogged table bench.copy as {query}".encode())
    seconds = time.perf_counter() - started
    connection.execute("drop table bench.copy")
    return seconds
