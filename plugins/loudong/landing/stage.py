"""Checked rows on their way into a landing table: copied straight in, or through a stage that keeps the new ones.

COPY into the landing table is the fast way, but it fails on a row that is known. Then the file goes into a stage, a
temporary table, and of that only what is new goes on.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

import numpy as np
import pyarrow as pa

from loudong.landing.binary_copy import HEADER, TRAILER, encode
from loudong.landing.content import content_hashes
from loudong.landing.contract import DELIVERY_COLUMNS, Entity
from loudong.landing.typed import MOMENT
from loudong.landing.validate import Checked
from loudong.warehouse.connect import Connection

TALLY_LOCK = 0x7A11
STAGE = "pg_temp.stage"


@dataclass(frozen=True)
class Landed:
    """Rows of one file that landed and were observed on one day."""

    file_id: int
    observed_date: date
    row_count: int
    last_effective_date: date
    last_observed_at: datetime
    first_observed_at: datetime


def create_stage(connection: Connection, entity: Entity) -> None:
    """The temporary table for rows of which some may be known; it ends with the transaction."""
    columns = ", ".join(f"{column.name} {column.sql_type}" for column in (*entity.columns, *DELIVERY_COLUMNS))
    connection.execute(
        f"create temporary table stage (file_id bigint, file_line bigint, {columns}, content_hash uuid) on commit drop"
    )


def copy_rows(
    connection: Connection, entity: Entity, file_ids: np.ndarray, lines: pa.Array, checked: Checked, table: str
) -> list[Landed]:
    """COPY checked rows into `table`, the stage or the landing table of `entity`; what they add to the latter.

    `file_ids` and `lines` belong to all rows of the batch that was checked. Of rows that stand twice in it one is
    copied. Raises psycopg's UniqueViolation when a row is known to the landing table.
    """
    hashes = content_hashes(entity, checked.columns)
    once = _once(hashes, checked.columns["observed_at"])
    if once is not None:
        checked, hashes = checked.take(once), hashes[once]
    if len(checked.places) == 0:
        return []
    files = file_ids[checked.places]
    where = {"file_id": pa.array(files), "file_line": lines.take(pa.array(checked.places)), "content_hash": hashes}
    copied = encode({**where, **checked.columns})
    statement = f"copy {table} ({', '.join(copied.names)}) from stdin (format binary)"
    with connection.cursor().copy(statement) as copy:
        copy.write(HEADER)
        copy.write(copied.rows)
        copy.write(TRAILER)
    return _landed(files, checked)


def _once(hashes: np.ndarray, observed_at: pa.Array) -> np.ndarray | None:
    """The places of rows that do not repeat an earlier one; None when none does."""
    starts = np.ascontiguousarray(hashes[:, :8]).view(np.int64).ravel()
    in_order = np.sort(starts)
    repeated = in_order[1:][in_order[1:] == in_order[:-1]]
    if not len(repeated):
        return None
    once = np.ones(len(hashes), dtype=bool)
    known: set[tuple[bytes, int]] = set()
    for place in np.flatnonzero(np.isin(starts, repeated)):
        row = (hashes[place].tobytes(), observed_at[int(place)].value)
        once[place] = row not in known
        known.add(row)
    return np.flatnonzero(once)


def _landed(files: np.ndarray, checked: Checked) -> list[Landed]:
    days = checked.observed_days.cast(pa.int32()).to_numpy()
    effective = checked.effective_days.cast(pa.int32()).to_numpy()
    observed = checked.columns["observed_at"].cast(pa.int64()).to_numpy()
    if (np.diff(files) < 0).any() or (np.diff(days)[np.diff(files) == 0] < 0).any():
        order = np.lexsort((days, files))
        files, days, effective, observed = files[order], days[order], effective[order], observed[order]
    starts = np.flatnonzero(np.concatenate([[True], (np.diff(files) != 0) | (np.diff(days) != 0)]))
    last, first = np.maximum.reduceat(observed, starts), np.minimum.reduceat(observed, starts)
    columns = (
        files[starts].tolist(),
        pa.array(days[starts], pa.date32()).to_pylist(),
        np.diff(starts, append=len(files)).tolist(),
        pa.array(np.maximum.reduceat(effective, starts), pa.date32()).to_pylist(),
        pa.array(last, MOMENT).to_pylist(),
        pa.array(first, MOMENT).to_pylist(),
    )
    return [Landed(*row) for row in zip(*columns, strict=True)]


def insert_stage(connection: Connection, entity: Entity, timezone: str) -> list[Landed]:
    """Insert the staged rows that are new."""
    listed = ", ".join((*entity.column_names, "observed_at", "is_deleted", "content_hash", "file_id", "file_line"))
    effective = (
        f"({entity.effective} at time zone %(timezone)s)::date"
        if entity.column(entity.effective).type == "timestamp"
        else entity.effective
    )
    rows = connection.execute(
        f"with landed as (insert into landing.{entity.name} ({listed}) select {listed} from {STAGE} "
        "on conflict do nothing "
        "returning file_id, (observed_at at time zone %(timezone)s)::date as observed_date, "
        f"{effective} as effective_date, observed_at) "
        "select file_id, observed_date, count(*), max(effective_date), max(observed_at), min(observed_at) "
        "from landed group by 1, 2",
        {"timezone": timezone},
    ).fetchall()
    return [Landed(*row) for row in rows]


def tally(connection: Connection, entity: Entity, landed: Iterable[Landed]) -> dict[int, int]:
    """Keep ops.delivery, ops.file_delivery and ops.watermark true; rows landed by file_id."""
    per_file: dict[int, int] = defaultdict(int)
    per_day: dict[date, int] = defaultdict(int)
    parts = list(landed)
    if not parts:
        return {}
    for part in parts:
        per_file[part.file_id] += part.row_count
        per_day[part.observed_date] += part.row_count
    connection.execute("select pg_advisory_xact_lock(%s)", (TALLY_LOCK,))
    connection.cursor().executemany(
        "insert into ops.delivery (entity, observed_date, row_count) values (%s, %s, %s) "
        "on conflict (entity, observed_date) do update set row_count = delivery.row_count + excluded.row_count",
        [(entity.name, day, count) for day, count in sorted(per_day.items())],
    )
    _tally_files(connection, entity, parts)
    connection.execute(
        "insert into ops.watermark as standing "
        "(entity, row_count, last_effective_date, last_observed_at, last_landed_at) "
        "values (%s, %s, %s, %s, clock_timestamp()) on conflict (entity) do update set "
        "row_count = standing.row_count + excluded.row_count, "
        "last_effective_date = greatest(standing.last_effective_date, excluded.last_effective_date), "
        "last_observed_at = greatest(standing.last_observed_at, excluded.last_observed_at), "
        "last_landed_at = excluded.last_landed_at",
        (
            entity.name,
            sum(per_day.values()),
            max(part.last_effective_date for part in parts),
            max(part.last_observed_at for part in parts),
        ),
    )
    return per_file


def _tally_files(connection: Connection, entity: Entity, parts: list[Landed]) -> None:
    days: dict[tuple[int, date], list[Landed]] = defaultdict(list)
    for part in parts:
        days[part.file_id, part.observed_date].append(part)
    connection.cursor().executemany(
        "insert into ops.file_delivery "
        "(file_id, entity, observed_date, row_count, first_observed_at, last_observed_at) "
        "values (%s, %s, %s, %s, %s, %s)",
        [
            (
                file_id,
                entity.name,
                day,
                sum(part.row_count for part in same),
                min(part.first_observed_at for part in same),
                max(part.last_observed_at for part in same),
            )
            for (file_id, day), same in days.items()
        ],
    )
