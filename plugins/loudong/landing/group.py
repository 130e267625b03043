"""Loading a group of files of one entity in one transaction: check, copy what is new, set aside what is bad."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import date, datetime
from itertools import chain

import psycopg
import pyarrow as pa

from loudong.landing.batch import UnreadableFileError, first_line
from loudong.landing.chunk import Copied, FileResult, Part, Rules, copy_parts
from loudong.landing.files import LandingFile, end_of_day
from loudong.landing.reader import read_batches, read_header
from loudong.landing.schema_change import compare_header, known_columns, retyped
from loudong.landing.stage import STAGE, Landed, create_stage, insert_stage, tally
from loudong.warehouse.connect import Connection

CHUNK_ROWS = 100_000


def load_group(connection: Connection, group: list[LandingFile], rules: Rules) -> list[FileResult]:
    """Load `group` (files of one entity); one result per file. The caller's transaction holds it all."""
    # Should the server die, rows and the record of their file are lost together; settling the versions, which ends
    # every load, waits until all of it is on disk.
    connection.execute("set local synchronous_commit = off")
    work = _Work(connection, rules)
    results = _open(connection, group)
    for result in results:
        work.add(result)
    work.copy_pending()
    landed = work.landed
    if work.table == STAGE:
        landed += insert_stage(connection, rules.entity, rules.timezone)
    per_file = tally(connection, rules.entity, landed)
    for result in results:
        result.rows_landed = per_file.get(result.file_id, 0)
        if result.state == "loaded":
            warnings = (result.reason, retyped(result.spoiled, result.rows_read))
            result.reason = "; ".join(filter(None, warnings)) or None
    _close(connection, results)
    return results


class _Work:
    """A group under way. Files that one batch holds wait for others, larger ones stream; each copy is a savepoint, so
    that nothing stays of a file that turns out unreadable."""

    def __init__(self, connection: Connection, rules: Rules) -> None:
        self.connection = connection
        self.rules = rules
        self.table = f"landing.{rules.entity.name}"
        self.landed: list[Landed] = []
        self.pending: list[Part] = []
        self.assumed: dict[date, datetime] = {}

    def add(self, result: FileResult) -> None:
        """Copy a file now or, when it is small, with those that follow."""
        first = second = None
        with _refusing(result):
            parts = self._read(result)
            first, second = next(parts, None), next(parts, None)
        if first is None or result.state == "refused":
            return
        rows = sum(len(part.batch) for part in self.pending) + len(first.batch)
        if self.pending and (second is not None or self.pending[0].header != first.header or rows > CHUNK_ROWS):
            self.copy_pending()
        if second is None:
            self.pending.append(first)
            return
        with _refusing(result):
            self._copy_large(result, chain((first, second), parts))

    def copy_pending(self) -> None:
        """Copy the small files that wait."""
        parts, self.pending = self.pending, []
        if parts:
            self._copy_small(parts)

    def _copy_small(self, parts: list[Part]) -> None:
        try:
            self._copy([parts])
        except psycopg.errors.UniqueViolation:
            self._use_stage()
            self._copy_small(parts)
        except pa.ArrowException:
            if len(parts) > 1:  # which of them is it?
                for part in parts:
                    self._copy_small([part])
                return
            with _refusing(parts[0].result):
                raise

    def _copy_large(self, result: FileResult, parts: Iterator[Part]) -> None:
        try:
            self._copy([part] for part in parts)
        except psycopg.errors.UniqueViolation:
            self._use_stage()
            self._copy([part] for part in self._read(result))

    def _use_stage(self) -> None:
        """Some of what was copied is known, as may be some of what follows: from here on the stage tells."""
        create_stage(self.connection, self.rules.entity)
        self.table = STAGE

    def _copy(self, chunks: Iterable[list[Part]]) -> None:
        copied: list[Copied] = []
        with self.connection.transaction():
            for parts in chunks:
                copied.append(copy_parts(self.connection, parts, self.rules, self.table))
        for one in copied:
            one.count()
            if self.table != STAGE:
                self.landed += one.landed

    def _read(self, result: FileResult) -> Iterator[Part]:
        file = result.file
        header = read_header(file.path)
        result.reason = compare_header(header, file.entity)
        if file.delivery_date not in self.assumed:
            self.assumed[file.delivery_date] = end_of_day(self.connection, file.delivery_date, self.rules.timezone)
        for batch in read_batches(file.path, header, known_columns(file.entity)):
            yield Part(result, header, batch, self.assumed[file.delivery_date])


@contextmanager
def _refusing(result: FileResult) -> Iterator[None]:
    try:
        yield
    except pa.ArrowMemoryError:
        raise
    except (UnreadableFileError, pa.ArrowException) as error:
        result.state, result.reason = "refused", first_line(error)


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
