"""Reading one landing file: its header, then batches of raw cells with their line numbers.

Cells stay bytes here, so that a broken text encoding spoils its row and not the file. A file that cannot be read at
all raises UnreadableFileError.
"""

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet

from loudong.errors import LoudongError

SUFFIXES = (".csv", ".csv.gz", ".parquet")
BLOCK_BYTES = 16 * 1024 * 1024


class UnreadableFileError(LoudongError):
    """The file cannot be read at all; nothing of it lands."""


@dataclass(frozen=True)
class BadLine:
    """A line that does not have as many cells as the header."""

    line: int
    raw_row: str


@dataclass(frozen=True)
class Batch:
    """Some rows of a file: cells as binary columns, and for each row its line number (Parquet: its row number)."""

    cells: dict[str, pa.Array]
    lines: pa.Array
    bad_lines: list[BadLine]

    def __len__(self) -> int:
        return len(self.lines)


def suffix_of(path: Path) -> str | None:
    """The known ending of a landing file's name, else None."""
    return next((suffix for suffix in SUFFIXES if path.name.endswith(suffix)), None)


def read_header(path: Path) -> list[str]:
    """Column names of the file, in its order."""
    if suffix_of(path) == ".parquet":
        try:
            return list(pyarrow.parquet.read_schema(path).names)
        except (pa.ArrowInvalid, OSError) as error:
            raise UnreadableFileError(f"not a readable Parquet file ({_first_line(error)})") from error
    try:
        with pa.input_stream(path, compression="detect") as stream, io.BufferedReader(_Raw(stream)) as buffered:
            line = buffered.readline().decode("utf-8-sig").strip("\r\n")
    except UnicodeDecodeError as error:
        raise UnreadableFileError("its header is not UTF-8 text") from error
    except (pa.ArrowInvalid, OSError, EOFError) as error:
        raise UnreadableFileError(f"not a readable file ({_first_line(error)})") from error
    if not line:
        raise UnreadableFileError("it is empty, without even a header")
    header = next(csv.reader([line]))
    if len(set(header)) != len(header):
        twice = sorted({name for name in header if header.count(name) > 1})
        raise UnreadableFileError(f"its header names {', '.join(twice)} twice")
    return header


def read_batches(path: Path, header: list[str]) -> Iterator[Batch]:
    """The file's rows in batches; memory does not grow with the file."""
    try:
        yield from _parquet(path) if suffix_of(path) == ".parquet" else _csv(path, header)
    except (pa.ArrowInvalid, OSError, EOFError) as error:
        raise UnreadableFileError(f"it breaks off or is corrupt ({_first_line(error)})") from error


def _csv(path: Path, header: list[str]) -> Iterator[Batch]:
    skipped: list[tuple[int, str]] = []

    def on_invalid_row(row: pa.csv.InvalidRow) -> str:
        skipped.append((row.number or 0, row.text))
        return "skip"

    with pa.input_stream(path, compression="detect") as stream:
        reader = pyarrow.csv.open_csv(
            stream,
            read_options=pyarrow.csv.ReadOptions(
                use_threads=False, block_size=BLOCK_BYTES, column_names=header, skip_rows=1
            ),
            parse_options=pyarrow.csv.ParseOptions(invalid_row_handler=on_invalid_row, ignore_empty_lines=False),
            convert_options=pyarrow.csv.ConvertOptions(
                column_types={name: pa.binary() for name in header}, check_utf8=False, strings_can_be_null=False
            ),
        )
        rows_before = 0
        told = 0
        for part in reader:
            bad, told = skipped[told:], len(skipped)
            lines = _line_numbers(rows_before, len(part), [number for number, _ in bad])
            rows_before += len(part) + len(bad)
            cells = {name: part.column(index) for index, name in enumerate(header)}
            yield Batch(cells, lines, [BadLine(number, text) for number, text in bad])


def _line_numbers(rows_before: int, count: int, skipped: list[int]) -> pa.Array:
    """Line number of each row (the header is line 1), leaving out the lines that were skipped."""
    taken = set(skipped)
    first = rows_before + 2
    if not taken:
        return pa.array(range(first, first + count), pa.int64())
    numbers = (line for line in range(first, first + count + len(taken)) if line not in taken)
    return pa.array(list(numbers)[:count], pa.int64())


def _parquet(path: Path) -> Iterator[Batch]:
    file = pyarrow.parquet.ParquetFile(path)
    row = 1
    for part in file.iter_batches(batch_size=200_000):
        cells = {name: _as_text(part.column(index)) for index, name in enumerate(part.schema.names)}
        yield Batch(cells, pa.array(range(row, row + len(part)), pa.int64()), [])
        row += len(part)


def _as_text(column: pa.Array) -> pa.Array:
    """A typed Parquet column as the text a CSV file would hold."""
    import pyarrow.compute as pc

    if pa.types.is_timestamp(column.type):
        column = column.cast(pa.timestamp("us", tz=column.type.tz or "UTC")).cast(pa.timestamp("us", tz="UTC"))
        text = pc.strftime(column, format="%Y-%m-%dT%H:%M:%S+00:00")
        return text.cast(pa.binary())
    if pa.types.is_dictionary(column.type):
        column = column.dictionary_decode()
    return column.cast(pa.string()).cast(pa.binary())


class _Raw(io.RawIOBase):
    """An Arrow stream as Python's raw stream, for reading one line."""

    def __init__(self, stream: pa.NativeFile) -> None:
        self._stream = stream

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: object) -> int:
        view = memoryview(buffer)  # type: ignore[arg-type]
        data = self._stream.read(len(view))
        view[: len(data)] = data
        return len(data)


def _first_line(error: BaseException) -> str:
    return (str(error).strip() or type(error).__name__).splitlines()[0]


def split_rows(header: str, rows: list[str]) -> tuple[dict[str, pa.Array], list[bool]]:
    """Rows kept as text, as cells again: binary columns of the whole rows, and which rows are whole."""
    names = next(csv.reader([header]))
    parsed = [next(csv.reader([row])) for row in rows]
    whole = [len(cells) == len(names) for cells in parsed]
    kept = [cells for cells, is_whole in zip(parsed, whole, strict=True) if is_whole]
    columns = {
        name: pa.array([cells[index].encode() for cells in kept], pa.binary()) for index, name in enumerate(names)
    }
    return columns, whole
