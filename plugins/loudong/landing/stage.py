"""Checked rows on their way into a landing table: COPY into a stage, then insert what is new."""

import io
from collections import defaultdict
from datetime import date, datetime

import pyarrow as pa
import pyarrow.csv

from loudong.landing.contract import DELIVERY_COLUMNS, Entity
from loudong.warehouse.connect import Connection

TALLY_LOCK = 0x7A11


def create_stage(connection: Connection, entity: Entity) -> None:
    """The temporary table that checked text is copied into; it and the session's settings end with the transaction."""
    # The content hash is taken of the row's text, which must not depend on where the server or the user sits.
    connection.execute("select set_config('TimeZone', 'UTC', true), set_config('DateStyle', 'ISO, YMD', true)")
    columns = ", ".join(f"{column.name} text" for column in (*entity.columns, *DELIVERY_COLUMNS))
    connection.execute(f"create temporary table stage (file_id bigint, file_line bigint, {columns}) on commit drop")


def copy_stage(connection: Connection, file_id: int, lines: pa.Array, columns: dict[str, pa.Array]) -> None:
    """COPY checked rows into the stage."""
    if len(lines) == 0:
        return
    table = pa.table({"file_id": pa.repeat(file_id, len(lines)), "file_line": lines, **columns})
    buffer = io.BytesIO()
    pyarrow.csv.write_csv(table, buffer, pyarrow.csv.WriteOptions(include_header=False))
    with connection.cursor().copy("copy stage from stdin (format csv)") as copy:
        copy.write(buffer.getbuffer())


def insert_stage(connection: Connection, entity: Entity, timezone: str) -> dict[int, int]:
    """Insert the staged rows that are new; rows landed by file_id. Keeps ops.delivery, ops.file_delivery and
    ops.watermark true."""
    names = entity.column_names
    typed = ", ".join(f"{column.name}::{column.sql_type}" for column in entity.columns)
    listed = ", ".join(names)
    effective = (
        f"({entity.effective} at time zone %(timezone)s)::date"
        if entity.column(entity.effective).type == "timestamp"
        else entity.effective
    )
    rows = connection.execute(
        f"with typed as (select {typed}, observed_at::timestamptz, is_deleted::boolean, file_id, file_line "
        "from stage), "
        f"landed as (insert into landing.{entity.name} "
        f"({listed}, observed_at, is_deleted, content_hash, file_id, file_line) "
        f"select {listed}, observed_at, is_deleted, md5(row({listed}, is_deleted)::text)::uuid, file_id, file_line "
        "from typed on conflict do nothing "
        "returning file_id, (observed_at at time zone %(timezone)s)::date as observed_date, "
        f"{effective} as effective_date, observed_at) "
        "select file_id, observed_date, count(*), max(effective_date), max(observed_at), min(observed_at) "
        "from landed group by 1, 2",
        {"timezone": timezone},
    ).fetchall()
    if not rows:
        return {}
    _tally(connection, entity, rows)
    landed: dict[int, int] = defaultdict(int)
    for file_id, _, count, *_ in rows:
        landed[file_id] += count
    return landed


def _tally(connection: Connection, entity: Entity, rows: list[tuple[int, date, int, date, datetime, datetime]]) -> None:
    connection.execute("select pg_advisory_xact_lock(%s)", (TALLY_LOCK,))
    per_day: dict[date, int] = defaultdict(int)
    for _, observed_date, count, *_ in rows:
        per_day[observed_date] += count
    connection.cursor().executemany(
        "insert into ops.delivery (entity, observed_date, row_count) values (%s, %s, %s) "
        "on conflict (entity, observed_date) do update set row_count = delivery.row_count + excluded.row_count",
        [(entity.name, day, count) for day, count in sorted(per_day.items())],
    )
    connection.cursor().executemany(
        "insert into ops.file_delivery "
        "(file_id, entity, observed_date, row_count, first_observed_at, last_observed_at) "
        "values (%s, %s, %s, %s, %s, %s)",
        [(file_id, entity.name, day, count, first, last) for file_id, day, count, _, last, first in rows],
    )
    connection.execute(
        "insert into ops.watermark as standing "
        "(entity, row_count, last_effective_date, last_observed_at, last_landed_at) "
        "values (%s, %s, %s, %s, clock_timestamp()) on conflict (entity) do update set "
        "row_count = standing.row_count + excluded.row_count, "
        "last_effective_date = greatest(standing.last_effective_date, excluded.last_effective_date), "
        "last_observed_at = greatest(standing.last_observed_at, excluded.last_observed_at), "
        "last_landed_at = excluded.last_landed_at",
        (entity.name, sum(per_day.values()), max(row[3] for row in rows), max(row[4] for row in rows)),
    )
