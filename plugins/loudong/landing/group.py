"""Loading a group of files of one entity in one transaction: check, COPY into a stage, insert what is new."""

import csv
import io
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

import pyarrow as pa
import pyarrow.csv

from loudong.errors import LoudongError
from loudong.landing.contract import DELIVERY_COLUMNS, Entity
from loudong.landing.files import LandingFile, end_of_day
from loudong.landing.reader import Batch, UnreadableFileError, read_batches, read_header
from loudong.landing.validate import Refusal, check
from loudong.warehouse.connect import Connection

TALLY_LOCK = 0x7A11


@dataclass
class FileResult:
    """How one file ended: rows_read = rows_landed + rows_known + rows_quarantined."""

    file: LandingFile
    file_id: int
    state: str = "loaded"
    reason: str | None = None
    rows_read: int = 0
    rows_landed: int = 0
    rows_quarantined: int = 0
    assumed_observed_at: datetime | None = None

    @property
    def rows_known(self) -> int:
        return self.rows_read - self.rows_landed - self.rows_quarantined


@dataclass(frozen=True)
class Quarantined:
    """One refused row, as delivered."""

    file_id: int
    line: int
    header: str
    raw_row: str
    reason_code: str
    reason: str


def load_group(
    connection: Connection, group: list[LandingFile], timezone: str, customers: pa.Array | None, now: datetime
) -> list[FileResult]:
    """Load `group` (files of one entity); one result per file. The caller's transaction holds it all."""
    entity = group[0].entity
    create_stage(connection, entity)
    results, quarantined = [], []
    for file in group:
        result = FileResult(file, _next_file_id(connection))
        try:
            quarantined += _stage_file(connection, result, timezone, customers, now)
        except UnreadableFileError as error:
            connection.execute("delete from stage where file_id = %s", (result.file_id,))
            quarantined = [row for row in quarantined if row.file_id != result.file_id]
            result = FileResult(file, result.file_id, state="refused", reason=str(error))
        results.append(result)
    landed = insert_stage(connection, entity, timezone)
    for result in results:
        result.rows_landed = landed.get(result.file_id, 0)
    _record(connection, results)
    keep_quarantined(connection, entity, quarantined, {result.file_id: result.file.relative_path for result in results})
    return results


def create_stage(connection: Connection, entity: Entity) -> None:
    """The temporary table that checked text is copied into."""
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
    """Insert the staged rows that are new; rows landed by file_id. Keeps ops.delivery and ops.watermark true."""
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
        "select file_id, observed_date, count(*), max(effective_date), max(observed_at) from landed group by 1, 2",
        {"timezone": timezone},
    ).fetchall()
    if not rows:
        return {}
    _tally(connection, entity, rows)
    landed: dict[int, int] = defaultdict(int)
    for file_id, _, count, _, _ in rows:
        landed[file_id] += count
    return landed


def _tally(connection: Connection, entity: Entity, rows: list[tuple[int, date, int, date, datetime]]) -> None:
    connection.execute("select pg_advisory_xact_lock(%s)", (TALLY_LOCK,))
    per_day: dict[date, int] = defaultdict(int)
    for _, observed_date, count, _, _ in rows:
        per_day[observed_date] += count
    connection.cursor().executemany(
        "insert into ops.delivery (entity, observed_date, row_count) values (%s, %s, %s) "
        "on conflict (entity, observed_date) do update set row_count = delivery.row_count + excluded.row_count",
        [(entity.name, day, count) for day, count in sorted(per_day.items())],
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


def _stage_file(
    connection: Connection, result: FileResult, timezone: str, customers: pa.Array | None, now: datetime
) -> list[Quarantined]:
    file = result.file
    header = read_header(file.path)
    result.reason = _compare_header(header, file.entity)
    assumed = end_of_day(connection, file.delivery_date, timezone)
    refused = []
    header_text = _csv_line(name.encode() for name in header)
    for batch in read_batches(file.path, header):
        checked = check(batch, file.entity, timezone, assumed, customers, now)
        copy_stage(connection, result.file_id, checked.lines, checked.columns)
        if checked.used_assumed:
            result.assumed_observed_at = assumed
        result.rows_read += len(batch) + len(batch.bad_lines)
        for bad in batch.bad_lines:
            reason = f"the row does not have the header's {len(header)} cells"
            refused.append(
                Quarantined(result.file_id, bad.line, header_text, bad.raw_row, "wrong_column_count", reason)
            )
        refused += [_quarantined(result.file_id, header, header_text, batch, refusal) for refusal in checked.refusals]
    result.rows_quarantined = len(refused)
    return refused


def _compare_header(header: list[str], entity: Entity) -> str | None:
    """A warning about new or missing optional columns, or None. Missing needed columns refuse the file."""
    needed = [column.name for column in entity.columns if not column.nullable]
    missing = [name for name in needed if name not in header]
    if missing:
        raise UnreadableFileError(f"its header lacks {', '.join(missing)}; it has {', '.join(header)}")
    known = {*entity.column_names, *(column.name for column in DELIVERY_COLUMNS)}
    unknown = [name for name in header if name not in known]
    absent = [name for name in entity.column_names if name not in header]
    parts = []
    if unknown:
        parts.append(f"unknown column(s) {', '.join(unknown)} are not kept; add them to the landing contract")
    if absent:
        parts.append(f"column(s) {', '.join(absent)} are missing and stay empty")
    return "; ".join(parts) or None


def _quarantined(file_id: int, header: list[str], header_text: str, batch: Batch, refusal: Refusal) -> Quarantined:
    cells = (batch.cells[name][refusal.position].as_py() or b"" for name in header)
    line = batch.lines[refusal.position].as_py()
    return Quarantined(file_id, line, header_text, _csv_line(cells), refusal.reason_code, refusal.reason)


def _csv_line(cells: Iterable[bytes]) -> str:
    text = io.StringIO()
    shown = [cell.decode("utf-8", "backslashreplace").replace("\0", "\\x00") for cell in cells]
    csv.writer(text, lineterminator="").writerow(shown)
    return text.getvalue()


def _next_file_id(connection: Connection) -> int:
    row = connection.execute("select nextval(pg_get_serial_sequence('ops.landing_file', 'file_id'))").fetchone()
    if row is None:
        raise LoudongError("ops.landing_file has no sequence; run: loudong setup")
    return int(row[0])


def _record(connection: Connection, results: list[FileResult]) -> None:
    connection.cursor().executemany(
        "insert into ops.landing_file (file_id, entity, path, sha256, delivery_date, state, reason, rows_read, "
        "rows_landed, rows_known, rows_quarantined, assumed_observed_at) overriding system value "
        "values (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)",
        [
            (
                result.file_id,
                result.file.entity.name,
                result.file.relative_path,
                result.file.sha256,
                result.file.delivery_date,
                result.state,
                result.reason,
                result.rows_read,
                result.rows_landed,
                result.rows_known,
                result.rows_quarantined,
                result.assumed_observed_at,
            )
            for result in results
        ],
    )


def keep_quarantined(connection: Connection, entity: Entity, rows: list[Quarantined], paths: dict[int, str]) -> None:
    """Store refused rows."""
    statement = "copy ops.quarantine (file_id, entity, path, line, header, raw_row, reason_code, reason) from stdin"
    with connection.cursor().copy(statement) as copy:
        for row in rows:
            copy.write_row(
                (
                    row.file_id,
                    entity.name,
                    paths[row.file_id],
                    row.line,
                    row.header,
                    row.raw_row,
                    row.reason_code,
                    row.reason,
                )
            )
