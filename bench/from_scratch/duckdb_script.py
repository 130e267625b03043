"""The features in DuckDB."""

from datetime import date
from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa

from bench.from_scratch import THREADS
from bench.from_scratch.clock import Clock
from bench.from_scratch.duckdb_movement import movement
from bench.from_scratch.duckdb_repayment import repayment
from bench.from_scratch.repeats import repeated
from bench.from_scratch.running import KEYS, run


def features(folder: Path, as_of_date: date, timezone: str) -> pa.Table:
    """One row per customer known on the date, by customer_id."""
    clock = Clock(as_of_date, timezone)
    with duckdb.connect(config={"threads": THREADS, "preserve_insertion_order": False}) as connection:
        for entity, key in KEYS.items():
            _know(connection, folder / f"{entity}.parquet", entity, ", ".join(key), clock)
        for statement in (*movement(clock), *repayment(clock)):
            connection.execute(statement)
        return connection.sql(f"""
            select *
            from (select distinct customer_id from known_customer where valid_from_date <= date '{as_of_date}')
            left join movement using (customer_id)
            left join paid using (customer_id)
            left join lateness using (customer_id)
            left join standing using (customer_id)
            order by customer_id
        """).to_arrow_table()


def _know(connection: duckdb.DuckDBPyConnection, path: Path, entity: str, key: str, clock: Clock) -> None:
    """View `known_<entity>`: the newest versions known before the cutoff that are not deleted.

    Keys are compared by a hash of 64 bits. Of the few that seem to repeat the rows themselves decide, so that two keys
    of one hash do no harm.
    """
    rows = f"from read_parquet('{path}', file_row_number = true) where observed_at < {clock.sql(clock.cutoff)}"
    hashes = connection.execute(f"select hash({key}) as key_hash {rows}").fetchnumpy()["key_hash"]
    twice = repeated([np.asarray(hashes, np.uint64)])
    if len(twice):
        connection.register("twice", pa.table({"key_hash": twice}))
        connection.execute(f"""
            create temp table replaced_{entity} as
            select file_row_number {rows} and hash({key}) in (select key_hash from twice)
            qualify row_number() over (partition by {key} order by observed_at desc, content_hash desc) > 1
        """)
        connection.unregister("twice")
        rows += f" and file_row_number not in (select file_row_number from replaced_{entity})"
    connection.execute(f"create temp view known_{entity} as select * {rows} and not is_deleted")


if __name__ == "__main__":
    run(features)
