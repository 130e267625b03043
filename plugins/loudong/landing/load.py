"""Loading landing files: append-only, idempotent, every row accounted for.

A file is one unit: all its rows, its quarantined rows and its record in `ops.landing_file` are written in one
transaction, together with those of its neighbours when files are small.
"""

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path

import psycopg

from loudong.errors import LoudongError
from loudong.landing import files, portfolios
from loudong.landing.chunk import FileResult, Rules
from loudong.landing.contract import Entity, entities
from loudong.landing.files import LandingFile
from loudong.landing.group import load_group
from loudong.landing.hold import hold
from loudong.landing.repeats import Repeats
from loudong.landing.turns import Turns
from loudong.landing.versions import Keys, settle, settle_all
from loudong.settings import get_settings
from loudong.warehouse.connect import Connection, connect
from loudong.warehouse.migrate import check_version

DEADLOCK_TRIES = 5  # two groups that hold the same duplicate rows may block each other


@dataclass
class LoadSummary:
    """What a load did, in rows, over all files: read = landed + known + quarantined."""

    results: list[FileResult] = field(default_factory=list)
    still_refused: list[FileResult] = field(default_factory=list)
    unchanged_files: int = 0

    @property
    def read(self) -> int:
        return sum(result.rows_read for result in self.results)

    @property
    def landed(self) -> int:
        return sum(result.rows_landed for result in self.results)

    @property
    def known(self) -> int:
        return sum(result.rows_known for result in self.results)

    @property
    def quarantined(self) -> int:
        return sum(result.rows_quarantined for result in self.results)

    @property
    def refused(self) -> list[FileResult]:
        """Files of which nothing landed: those tried now, and those refused before that lie there unchanged."""
        return [result for result in self.results if result.state == "refused"] + self.still_refused

    def lines(self) -> list[str]:
        """The summary as text: a line per entity, then warnings and refused files."""
        text = [f"{'entity':<22}{'files':>7}{'read':>12}{'landed':>12}{'known':>12}{'quarantined':>12}"]
        for name in entities():
            mine = [result for result in self.results if result.file.entity.name == name]
            if mine:
                counts = [
                    sum(getattr(result, what) for result in mine)
                    for what in ("rows_read", "rows_landed", "rows_known", "rows_quarantined")
                ]
                text.append(f"{name:<22}{len(mine):>7,}" + "".join(f"{count:>12,}" for count in counts))
        text.append(f"{self.unchanged_files:,} file(s) unchanged since they were loaded")
        loaded = [result for result in self.results if result.state == "loaded" and result.reason]
        warnings = sorted({f"warning: {result.file.entity.name}: {result.reason}" for result in loaded})
        refused = [
            f"{'still ' if result in self.still_refused else ''}refused: {result.file.relative_path}: {result.reason}"
            for result in self.refused
        ]
        if refused:
            refused.append(
                "a refused file is not tried again while it stays as it is: correct it, or deliver a corrected file "
                "under a new name into the same folder and remove the refused one"
            )
        return text + warnings + refused


def load_folder(
    folder: Path,
    *,
    up_to: date | None = None,
    wait_minutes: int = 0,
    on_progress: Callable[[str], None] | None = None,
) -> LoadSummary:
    """Load every file below `folder` that was not loaded before (delivered on `up_to` or earlier, when given).

    Raises a LoudongError for a folder that is missing, empty or lacks a required entity, for the files of another
    portfolio, and LoadBusyError while another load or a run is at work, after `wait_minutes`. Unreadable files are
    refused and listed, in later loads too as long as they lie there unchanged.
    """
    found = files.find(folder, up_to)
    with connect(autocommit=True) as connection:
        check_version(connection)
        hold(connection, wait_minutes)
        portfolio = portfolios.keep(connection, folder)
        _require_entities(connection, found, folder)
        summary = LoadSummary()
        with Turns() as turns, ThreadPoolExecutor(get_settings().load_workers) as pool:
            settling: list[Future[int]] = []
            try:
                for one in _begin(connection, pool, turns, found, portfolio.timezone, summary):
                    if on_progress:
                        on_progress(f"loading {one.entity.name}: {one.file_count:,} file(s)")
                    for job in one.jobs:
                        summary.results.extend(job.result())
                    # While the next entities land: settling keeps one connection busy, and one processor.
                    repeated = None if one.repeats is None else one.repeats.keys
                    settling.append(pool.submit(_settle, turns, one.entity, repeated))
                if on_progress and summary.landed:
                    on_progress("settling which versions are current")
                for settled in settling:
                    settled.result()
            except BaseException:
                pool.shutdown(cancel_futures=True)
                raise
        settle_all(connection)  # what a load that died left open
    return summary


@dataclass
class _UnderWay:
    """The files of one entity that are being loaded."""

    entity: Entity
    file_count: int
    jobs: list[Future[list[FileResult]]]
    repeats: Repeats | None


def _begin(
    connection: Connection,
    pool: ThreadPoolExecutor,
    turns: Turns,
    found: list[LandingFile],
    timezone: str,
    summary: LoadSummary,
) -> Iterator[_UnderWay]:
    """Begin to load the new files, entity by entity: each while the one before it ends, but what refers to customers
    only when those have landed."""
    before: _UnderWay | None = None
    customers: frozenset[str] | None = None
    for entity in entities().values():
        todo = files.sort_out(connection, [file for file in found if file.entity == entity])
        summary.unchanged_files += todo.unchanged
        summary.still_refused += [
            FileResult(file, earlier.file_id, state="refused", reason=earlier.reason) for file, earlier in todo.refused
        ]
        if not todo.new:
            continue
        refers = _refers_to_customers(entity)
        if refers and customers is None:
            if before is not None:
                yield before
                before = None
            customers = files.known_customers(connection)
        size = sum(file.byte_count for file in todo.new)
        repeats = Repeats(entity, size) if _is_empty(connection, entity) else None
        rules = Rules(entity, timezone, customers if refers else None, datetime.now(UTC), repeats)
        jobs = [pool.submit(_load_group, turns, group, rules) for group in files.groups(todo.new)]
        if before is not None:
            yield before
        before = _UnderWay(entity, len(todo.new), jobs, repeats)
    if before is not None:
        yield before


def _is_empty(connection: Connection, entity: Entity) -> bool:
    return connection.execute(f"select 1 from landing.{entity.name} limit 1".encode()).fetchone() is None


def _settle(turns: Turns, entity: Entity, repeated: Keys | None) -> int:
    with turns.take() as connection:
        return settle(connection, entity, repeated)


def _load_group(turns: Turns, group: list[LandingFile], rules: Rules) -> list[FileResult]:
    for attempt in range(1, DEADLOCK_TRIES + 1):
        try:
            with turns.take() as connection, connection.transaction():
                return load_group(connection, group, rules)
        except psycopg.errors.DeadlockDetected:
            if attempt == DEADLOCK_TRIES:
                raise
    raise LoudongError("no try was made to load; DEADLOCK_TRIES must be at least 1")


def _refers_to_customers(entity: Entity) -> bool:
    return entity.name != "customer" and "customer_id" in entity.column_names


def _require_entities(connection: Connection, found: Iterable[LandingFile], folder: Path) -> None:
    delivered = {file.entity.name for file in found}
    missing = []
    for entity in entities().values():
        if entity.is_required and entity.name not in delivered:
            row = connection.execute("select 1 from ops.watermark where entity = %s", (entity.name,)).fetchone()
            if row is None:
                missing.append(entity.name)
    if missing:
        raise LoudongError(f"{folder} lacks required entities: {', '.join(missing)}")
