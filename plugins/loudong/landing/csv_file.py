"""Reading CSV in blocks that end with a row: cells as bytes, rows of another width apart, and the line of each row.

A line ends with LF, CR LF or CR. pyarrow parses; blocks without a quote need no other look, because there every row is
a line.
"""

import csv
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv

from loudong.landing.batch import BadLine, Batch, UnreadableFileError, is_utf8, printable

BLOCK_BYTES = 16 * 1024 * 1024  # a row may be this long
HEADER_BYTES = 64 * 1024
LINE_END = r"\r\n|\n|\r"
# Cells in quotes end where their quotes end. In a row of several lines anything else is a quote that was left open and
# met the next one, some rows later.
_CELL = rb'(?:"(?:[^"]++|"")*+"|[^",\r\n][^,\r\n]*+|)'
WELL_QUOTED = re.compile(_CELL + rb"(?:," + _CELL + rb")*+[\r\n]*")
OPEN_QUOTE = "a quote is left open, so that the row swallows lines that follow"


def read_header(path: Path) -> list[str]:
    """Column names of the file, in its order."""
    with pa.input_stream(path, compression="detect") as stream, io.BufferedReader(stream) as buffered:
        raw = buffered.readline(HEADER_BYTES)
    if len(raw) == HEADER_BYTES and not raw.endswith(b"\n"):
        raise UnreadableFileError(f"its header is longer than {HEADER_BYTES:,} bytes")
    try:
        line = raw.decode("utf-8-sig").rstrip("\r\n")
    except UnicodeDecodeError as error:
        raise UnreadableFileError("its header is not UTF-8 text") from error
    if not line:
        raise UnreadableFileError("it is empty, without even a header")
    try:
        return next(csv.reader([line], strict=True))
    except csv.Error as error:
        raise UnreadableFileError(f"its header is not CSV ({error})") from error


def read_batches(path: Path, header: list[str]) -> Iterator[Batch]:
    """The rows in batches of about BLOCK_BYTES. A quote that is never closed makes the file unreadable."""
    with pa.input_stream(path, compression="detect") as stream, io.BufferedReader(stream) as buffered:
        buffered.readline()
        line, rest, at_end = 2, b"", False
        while not at_end:
            fresh = buffered.read(BLOCK_BYTES)
            at_end = len(fresh) < BLOCK_BYTES
            data = rest + fresh
            block = _parse(data if at_end else data[: data.rfind(b"\n") + 1], header, line)
            if at_end and block.byte_count < len(data):
                raise UnreadableFileError(f"a quote in the row that begins in line {block.next_line} is never closed")
            if block.byte_count == 0 and len(data) > BLOCK_BYTES:
                raise UnreadableFileError(
                    f"the row that begins in line {line} is longer than {BLOCK_BYTES:,} bytes; is a quote left open?"
                )
            if block.next_line > line:
                yield block.batch
            line, rest = block.next_line, data[block.byte_count :]


@dataclass(frozen=True)
class _Block:
    """The rows that end within some bytes, how many bytes they take, and the line that follows them."""

    batch: Batch
    byte_count: int
    next_line: int


@dataclass(frozen=True)
class _Rows:
    """What pyarrow found: cells of the rows of the header's width, and the other rows by their number. Of the former,
    `torn` are those whose quotes make no sense."""

    columns: list[pa.Array]
    bad: dict[int, str]
    torn: dict[int, str] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.columns[0]) + len(self.bad)

    @cached_property
    def is_parsed(self) -> np.ndarray:
        parsed = np.ones(len(self), dtype=bool)
        parsed[list(self.bad)] = False
        return parsed


def _parse(data: bytes, header: list[str], line: int) -> _Block:
    """The rows that end within `data`, which begins with line number `line`."""
    if b'"' not in data:
        rows = _arrow_rows(data, header)
        starts = np.arange(line, line + len(rows) + 1)
        return _block(rows, header, starts, len(rows), len(data))
    # One more line, an empty one, tells whether the last quote is closed: if not, it belongs to the last row.
    probe = data + (b"\n" if data.endswith(b"\n") else b"\n\n")
    rows = _arrow_rows(probe, header)
    line_counts = _line_counts(probe, rows)
    starts = np.cumsum(np.concatenate([[line], line_counts]))
    last = len(rows) - 1
    is_closed = last not in rows.bad and all(column[-1].as_py() == b"" for column in rows.columns)
    if is_closed and line_counts.max() == 1:
        return _block(rows, header, starts, last, len(data))
    line_offsets = np.array([0, *(match.end() for match in re.finditer(LINE_END.encode(), probe))])
    offsets = line_offsets[starts[: last + 1] - line]
    for number in np.flatnonzero(line_counts[:last] > 1):
        raw = probe[offsets[number] : offsets[number + 1]]
        if number not in rows.bad and not WELL_QUOTED.fullmatch(raw):
            rows.torn[int(number)] = printable(raw.rstrip(b"\r\n"))
    return _block(rows, header, starts, last, len(data) if is_closed else int(offsets[last]))


def _block(rows: _Rows, header: list[str], starts: np.ndarray, count: int, byte_count: int) -> _Block:
    """The first `count` of `rows`; `starts` holds the line of each row."""
    sound = np.arange(len(rows)) < count
    sound[list(rows.torn)] = False
    kept = sound[rows.is_parsed]
    columns = rows.columns if kept.all() else [column.filter(pa.array(kept)) for column in rows.columns]
    cells = dict(zip(header, columns, strict=True))
    lines = pa.array(starts[:-1][sound & rows.is_parsed], pa.int64())
    width = f"the row does not have the header's {len(header)} cells"
    bad = [BadLine(int(starts[n]), text, "wrong_column_count", width) for n, text in rows.bad.items() if n < count]
    bad += [BadLine(int(starts[n]), text, "open_quote", OPEN_QUOTE) for n, text in rows.torn.items()]
    return _Block(Batch(cells, lines, bad), byte_count, int(starts[count]))


def _line_counts(data: bytes, rows: _Rows) -> np.ndarray:
    """How many lines each row takes."""
    counts = np.ones(len(rows), dtype=np.int64)
    if data.count(b"\n") + data.count(b"\r") - data.count(b"\r\n") == len(rows):
        return counts
    for column in rows.columns:
        counts[rows.is_parsed] += pc.count_substring_regex(column, LINE_END).to_numpy(zero_copy_only=False)
    for number, text in rows.bad.items():
        counts[number] += len(re.findall(LINE_END, text))
    return counts


def _arrow_rows(data: bytes, header: list[str]) -> _Rows:
    """`data` parsed by pyarrow, which hands over rows of another width only as text. Bytes that are not UTF-8 go
    through it as Latin-1 where it has to show them, which loses nothing."""
    if not data:
        return _Rows([pa.array([], pa.binary())] * len(header), {})
    if is_utf8(data):
        return _Rows(*_read_table(data, header, "utf-8"))
    try:
        return _Rows(*_read_table(data, header, None))
    except pa.ArrowInvalid:  # a row of another width, whose text may not be UTF-8
        columns, bad = _read_table(data.decode("latin-1").encode("utf-8"), header, "latin-1")
        return _Rows([_from_latin(column) for column in columns], bad)


def _read_table(data: bytes, header: list[str], encoding: str | None) -> tuple[list[pa.Array], dict[int, str]]:
    """Columns, and rows of another width as text that was in `encoding`; without an encoding such a row is an error."""
    bad: dict[int, str] = {}

    def keep(row: pa.csv.InvalidRow) -> str:
        bad[(row.number or 0) - 1] = printable(row.text.encode(encoding or "utf-8"))
        return "skip"

    table = pyarrow.csv.read_csv(
        pa.BufferReader(data),
        read_options=pyarrow.csv.ReadOptions(use_threads=False, block_size=len(data), column_names=header),
        parse_options=pyarrow.csv.ParseOptions(
            invalid_row_handler=keep if encoding else None, ignore_empty_lines=False, newlines_in_values=True
        ),
        convert_options=pyarrow.csv.ConvertOptions(
            column_types={name: pa.binary() for name in header}, check_utf8=False, strings_can_be_null=False
        ),
    )
    return [column.chunk(0) if column.num_chunks == 1 else column.combine_chunks() for column in table.columns], bad


def _from_latin(column: pa.Array) -> pa.Array:
    text = column.cast(pa.string())
    is_other = pc.invert(pc.string_is_ascii(text))
    if not pc.any(is_other).as_py():
        return column
    cells = pa.array([cell.encode("latin-1") for cell in text.filter(is_other).to_pylist()], pa.binary())
    return pc.replace_with_mask(column, is_other, cells)
