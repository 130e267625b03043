"""Loading a group of files of one entity in one transaction: check, stage, set aside, insert what is new."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import pyarrow as pa

from loudong.landing.batch import Batch, UnreadableFileError, first_line, join_cells
from loudong.landing.files import LandingFile, end_of_day
from loudong.landing.reader import read_batches, read_header
from loudong.landing.schema_change import compare_header, known_columns, retyped, spoilers
from loudong.landing.stage import copy_stage, create_stage, insert_stage
from loudong.landing.validate import Refusal, check
from loudong.warehouse.connect import Connection


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


def load_group(
    connection: Connection, group: list[LandingFile], timezone: str, customers: pa.Array | None, now: datetime
) -> list[FileResult]:
    """Load `group` (files of one entity); one result per file. The caller's transaction holds it all."""
    entity = group[0].entity
    create_stage(connection, entity)
    results = _open(connection, group)
    for position, result in enumerate(results):
        try:
            with connection.transaction():  # a savepoint: of a file that turns out unreadable nothing stays
                _stage_file(connection, result, timezone, customers, now)
        except pa.ArrowMemoryError:
            raise
        except (UnreadableFileError, pa.ArrowException) as error:
            reason = first_line(error)
            results[position] = FileResult(result.file, result.file_id, state="refused", reason=reason)
    landed = insert_stage(connection, entity, timezone)
    for result in results:
        result.rows_landed = landed.get(result.file_id, 0)
    _close(connection, results)
    return results


def _open(connection: Connection, group: list[LandingFile]) -> list[FileResult]:
    """Record the files before anything of them is kept: quarantined rows refer to the record."""
    ids = connection.execute(
        "select nextval(pg_get_serial_sequence('ops.landing_file', 'file_id')) from generate_series(1, %s)",
        (len(group),),
    ).fetchall()
    results = [FileResult(file, int(row[0])) for file, row in zip(group, ids, strict=True)]
    connection.cursor().executemany(
        "insert into ops.landing_file (file_id, entity, path, sha256, delivery_date, byte_count, modified_ns, state) "
        "overriding system value values (%s, %s, %s, %s, %s, %s, %s, %s)",
        [
            (
                result.file_id,
                result.file.entity.name,
                result.file.relative_path,
                result.file.sha256,
                result.file.delivery_date,
                result.file.byte_count,
                result.file.modified_ns,
                result.state,
            )
            for result in results
        ],
    )
    return results


def _close(connection: Connection, results: list[FileResult]) -> None:
    """Record how the files ended."""
    connection.cursor().executemany(
        "update ops.landing_file set state = %s, reason = %s, rows_read = %s, rows_landed = %s, rows_known = %s, "
        "rows_quarantined = %s, assumed_observed_at = %s, loaded_at = clock_timestamp() where file_id = %s",
        [
            (
                result.state,
                result.reason,
                result.rows_read,
                result.rows_landed,
                result.rows_known,
                result.rows_quarantined,
                result.assumed_observed_at,
                result.file_id,
            )
            for result in results
        ],
    )


def _stage_file(
    connection: Connection, result: FileResult, timezone: str, customers: pa.Array | None, now: datetime
) -> None:
    file = result.file
    header = read_header(file.path)
    warnings = [compare_header(header, file.entity)]
    spoiled: Counter[str] = Counter()
    assumed = end_of_day(connection, file.delivery_date, timezone)
    for batch in read_batches(file.path, header, known_columns(file.entity)):
        checked = check(batch, file.entity, timezone, assumed, customers, now)
        copy_stage(connection, result.file_id, checked.lines, checked.columns)
        _set_aside(connection, result, header, batch, checked.refusals)
        spoiled += spoilers(checked.refusals, batch.bad_lines)
        if checked.used_assumed:
            result.assumed_observed_at = assumed
        result.rows_read += len(batch) + len(batch.bad_lines)
        result.rows_quarantined += len(batch.bad_lines) + len(checked.refusals)
    warnings.append(retyped(spoiled, result.rows_read))
    result.reason = "; ".join(filter(None, warnings)) or None


def _set_aside(
    connection: Connection, result: FileResult, header: list[str], batch: Batch, refusals: Sequence[Refusal]
) -> None:
    """Store a batch's refused rows, as delivered, in the order of their lines."""
    rows = [(bad.line, bad.raw_row, bad.reason_code, bad.reason) for bad in batch.bad_lines]
    positions = pa.array([refusal.position for refusal in refusals], pa.int64())
    columns = [batch.cells[name].take(positions).to_pylist() for name in header]
    lines = batch.lines.take(positions).to_pylist()
    for refusal, line, *cells in zip(refusals, lines, *columns, strict=True):
        rows.append((line, join_cells(cell or b"" for cell in cells), refusal.reason_code, refusal.reason))
    if not rows:
        return
    fixed = (result.file_id, result.file.entity.name, result.file.relative_path, join_cells(map(str.encode, header)))
    statement = "copy ops.quarantine (file_id, entity, path, header, line, raw_row, reason_code, reason) from stdin"
    with connection.cursor().copy(statement) as copy:
        for row in sorted(rows):
            copy.write_row((*fixed, *row))
