"""Rows of one or of many small files of an entity, checked and copied together: what is done once per call then costs
little per row."""

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime
from itertools import pairwise

import numpy as np
import pyarrow as pa

from loudong.landing.batch import Batch, join_cells
from loudong.landing.contract import Entity
from loudong.landing.files import LandingFile
from loudong.landing.repeats import Repeats
from loudong.landing.schema_change import spoilers
from loudong.landing.stage import Landed, copy_rows
from loudong.landing.typed import MOMENT
from loudong.landing.validate import Refusal, check
from loudong.warehouse.connect import Connection

QUARANTINE = "copy ops.quarantine (file_id, entity, path, header, line, raw_row, reason_code, reason) from stdin"

# A row set aside: its line, the row as delivered, the code of the reason and the reason.
AsideRow = tuple[int, str, str, str]


@dataclass
class FileResult:
    """How one file ended: rows_read = rows_landed + rows_known + rows_quarantined. `spoiled` counts, by column, the
    rows whose type it spoiled."""

    file: LandingFile
    file_id: int
    state: str = "loaded"
    reason: str | None = None
    rows_read: int = 0
    rows_landed: int = 0
    rows_quarantined: int = 0
    assumed_observed_at: datetime | None = None
    spoiled: Counter[str] = field(default_factory=Counter)

    @property
    def rows_known(self) -> int:
        return self.rows_read - self.rows_landed - self.rows_quarantined


@dataclass(frozen=True)
class Part:
    """Rows of one file, and the moment at which they were observed where they do not say it."""

    result: FileResult
    header: list[str]
    batch: Batch
    assumed: datetime


@dataclass(frozen=True)
class Rules:
    """What rows of an entity are checked against: `customers` holds those they may refer to, None where to none. What
    lands is told to `repeats`, where there is one."""

    entity: Entity
    timezone: str
    customers: Collection[str] | None
    now: datetime
    repeats: Repeats | None = None


@dataclass(frozen=True)
class Copied:
    """What was done for some parts: what they add to the landing table if they were copied there; and for each part its
    rows set aside, the columns that spoiled them, and whether some row of it lacks observed_at."""

    parts: list[Part]
    landed: list[Landed]
    set_aside: list[int]
    spoiled: list[Counter[str]]
    used_assumed: list[bool]

    def count(self) -> None:
        """Add it to the results of the files: what was copied has come to stay."""
        told = zip(self.parts, self.set_aside, self.spoiled, self.used_assumed, strict=True)
        for part, bad, spoiled, used_assumed in told:
            part.result.rows_read += len(part.batch) + len(part.batch.bad_lines)
            part.result.rows_quarantined += bad
            part.result.spoiled += spoiled
            if used_assumed:
                part.result.assumed_observed_at = part.assumed


def copy_parts(connection: Connection, parts: list[Part], rules: Rules, table: str) -> Copied:
    """Copy the good rows of files with one header into `table` and set the others aside."""
    batch = _merged(parts)
    counts = [len(part.batch) for part in parts]
    owners = np.repeat(np.arange(len(parts)), counts)
    assumed = pa.array([part.assumed for part in parts], MOMENT).take(pa.array(owners))
    checked = check(batch, rules.entity, rules.timezone, assumed, rules.customers, rules.now)
    file_ids = np.array([part.result.file_id for part in parts], np.int64)[owners]
    landed = copy_rows(connection, rules.entity, file_ids, batch.lines, checked, table)
    if rules.repeats is not None:
        rules.repeats.add(checked.columns)
    set_aside = _set_aside(connection, parts, batch, checked.refusals)
    spoiled = [spoilers((code, reason) for _, _, code, reason in rows) for rows in set_aside]
    starts = np.cumsum([0, *counts])
    used = [bool(checked.lacks_observed_at[slice(*ends)].any()) for ends in pairwise(starts)]
    return Copied(parts, landed, [len(rows) for rows in set_aside], spoiled, used)


def _merged(parts: list[Part]) -> Batch:
    if len(parts) == 1:
        return parts[0].batch
    batches = [part.batch for part in parts]
    cells = {name: pa.concat_arrays([batch.cells[name] for batch in batches]) for name in parts[0].header}
    return Batch(cells, pa.concat_arrays([batch.lines for batch in batches]), [])


def _set_aside(
    connection: Connection, parts: list[Part], batch: Batch, refusals: list[Refusal]
) -> list[list[AsideRow]]:
    """Store the refused rows, as delivered, in the order of files and lines; those of each part."""
    header = parts[0].header
    rows: list[list[AsideRow]] = [
        [(bad.line, bad.raw_row, bad.reason_code, bad.reason) for bad in part.batch.bad_lines] for part in parts
    ]
    positions = pa.array([refusal.position for refusal in refusals], pa.int64())
    ends = np.cumsum([len(part.batch) for part in parts])
    owners = np.searchsorted(ends, positions.to_numpy(), side="right")
    columns = [batch.cells[name].take(positions).to_pylist() for name in header]
    lines = batch.lines.take(positions).to_pylist()
    for refusal, owner, line, *cells in zip(refusals, owners, lines, *columns, strict=True):
        raw = join_cells(cell or b"" for cell in cells)
        rows[owner].append((line, raw, refusal.reason_code, refusal.reason))
    if any(rows):
        shown = join_cells(map(str.encode, header))
        with connection.cursor().copy(QUARANTINE) as copy:
            for part, mine in zip(parts, rows, strict=True):
                file = part.result.file
                for row in sorted(mine):
                    copy.write_row((part.result.file_id, file.entity.name, file.relative_path, shown, *row))
    return rows
