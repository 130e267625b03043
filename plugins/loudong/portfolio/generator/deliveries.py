"""Writing rows as deliveries: month folders for the older history, day folders for the end of it; and some dirt."""

import io
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv

from loudong.landing.contract import Entity, entity
from loudong.portfolio.generator import parameters as p
from loudong.portfolio.generator.calendar import Calendar, as_date
from loudong.portfolio.generator.rows import DAY_SECONDS, ZONE_SECONDS, Rows, moments


def delivery_days(observed: np.ndarray, calendar: Calendar, daily_days: int) -> np.ndarray:
    """The folder day of each row: its own day within the last `daily_days`, else the last day of its month.

    Rows that were known before the history come with its first delivery.
    """
    day = np.maximum((observed + ZONE_SECONDS) // DAY_SECONDS, calendar.first_day)
    first_daily = calendar.last_day - daily_days + 1
    month = np.searchsorted(calendar.starts, day, side="right") - 1
    return np.where(day >= first_daily, day, np.minimum(calendar.ends[month], first_daily - 1))


def write_rows(
    out: Path,
    name: str,
    rows: Rows,
    block: int,
    calendar: Calendar,
    daily_days: int,
    generator: np.random.Generator,
    dirty: bool,
) -> dict[str, int]:
    """Write the rows known by the end of the history; counts: rows, late rows, and dirty rows by kind."""
    described = entity(name)
    seen = (rows.observed + ZONE_SECONDS) // DAY_SECONDS <= calendar.last_day
    counts = {"rows": int(seen.sum()), "late": int((seen & rows.is_late).sum())}
    folder_day = np.where(seen, delivery_days(rows.observed, calendar, daily_days), -1)
    order = np.lexsort((np.arange(len(rows)), rows.observed, folder_day))
    order = order[folder_day[order] >= 0]
    columns = {column: rows.columns[column] for column in described.column_names if column in rows.columns}
    table = pa.table({**columns, "observed_at": moments(rows.observed)}).take(pa.array(order))
    days, starts = np.unique(folder_day[order], return_index=True)
    for day, start, stop in zip(days, starts, [*starts, len(order)][1:], strict=True):
        part = table.slice(start, stop - start)
        lines = _dirty_lines(described, part, generator, counts) if dirty else b""
        folder = out / name / as_date(int(day)).isoformat()
        folder.mkdir(parents=True, exist_ok=True)
        buffer = io.BytesIO()
        pyarrow.csv.write_csv(part, buffer, pyarrow.csv.WriteOptions(quoting_style="none"))
        with pa.CompressedOutputStream(str(folder / f"part-{block:05d}.csv.gz"), "gzip") as file:
            file.write(buffer.getvalue() + lines)
    return counts


def _dirty_lines(described: Entity, part: pa.Table, generator: np.random.Generator, counts: dict[str, int]) -> bytes:
    """Bad copies of some good rows, one defect each; exact duplicates are among them."""
    wanted = int(generator.poisson(p.DIRTY_SHARE * len(part)))
    lines = []
    for row in generator.integers(0, len(part), wanted):
        cells = [_text(part.column(index)[int(row)]) for index in range(part.num_columns)]
        kind = p.DIRTY_KINDS[int(generator.integers(0, len(p.DIRTY_KINDS)))]
        spoiled = _spoil(kind, described, list(part.column_names), cells)
        if spoiled is not None:
            lines.append(b",".join(spoiled) + b"\n")
            counts[kind] = counts.get(kind, 0) + 1
    return b"".join(lines)


def _spoil(kind: str, described: Entity, names: list[str], cells: list[bytes]) -> list[bytes] | None:
    """The cells with the defect; None where the entity has no place for it."""
    typed = [
        name
        for name in names
        if name in described.column_names and described.column(name).type in ("numeric", "integer")
    ]
    texts = [
        name
        for name in names
        if name in described.column_names
        and described.column(name).type == "text"
        and not described.column(name).codes
        and name not in described.key
    ]
    if kind == "duplicate":
        return cells
    if kind == "wrong_type" and typed:
        return _put(names, cells, typed[0], b"n/a")
    if kind == "unknown_customer" and "customer_id" in names and described.name != "customer":
        return _put(names, cells, "customer_id", b"C9999999X")
    if kind == "future_date":
        moment = described.column(described.effective).type == "timestamp"
        return _put(names, cells, described.effective, b"2099-01-01T00:00:00+08:00" if moment else b"2099-01-01")
    if kind == "broken_encoding" and texts:
        return _put(names, cells, texts[-1], b"\xc4\xe3\xff")
    return None


def _put(names: list[str], cells: list[bytes], name: str, value: bytes) -> list[bytes]:
    return [value if column == name else cell for column, cell in zip(names, cells, strict=True)]


def _text(cell: pa.Scalar) -> bytes:
    if not cell.is_valid:
        return b""
    if pa.types.is_boolean(cell.type):
        return b"true" if cell.as_py() else b"false"
    return str(pc.cast(cell, pa.string()).as_py()).encode()
