"""What every reader hands on: batches of raw cells, and the text in which a row is kept when it is refused."""

import csv
import io
from collections.abc import Iterable
from dataclasses import dataclass

import pyarrow as pa

from loudong.errors import LoudongError


class UnreadableFileError(LoudongError):
    """The file cannot be read to its end; nothing of it lands."""


@dataclass(frozen=True)
class BadLine:
    """A row that cannot be split into the header's cells, the line it begins in, and why."""

    line: int
    raw_row: str
    reason_code: str
    reason: str


@dataclass(frozen=True)
class Batch:
    """Some rows of a file: cells as binary columns, and for each row the line it begins in (Parquet: its number)."""

    cells: dict[str, pa.Array]
    lines: pa.Array
    bad_lines: list[BadLine]

    def __len__(self) -> int:
        return len(self.lines)


def printable(raw: bytes) -> str:
    """`raw` as text that PostgreSQL can hold: bytes that are not UTF-8, and NUL, are escaped."""
    return raw.decode("utf-8", "backslashreplace").replace("\0", "\\x00")


def is_utf8(raw: bytes) -> bool:
    if raw.isascii():
        return True
    try:
        raw.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def join_cells(cells: Iterable[bytes]) -> str:
    """Cells as one row of CSV."""
    text = io.StringIO()
    # With this end of line the writer puts cells that hold a line break in quotes.
    csv.writer(text, lineterminator="\r\n").writerow([printable(cell) for cell in cells])
    return text.getvalue().removesuffix("\r\n")


def split_rows(header: str, rows: list[str]) -> tuple[dict[str, pa.Array], list[bool]]:
    """Rows kept as text, as cells again: binary columns of the whole rows, and which rows are whole."""
    names = _split(header)
    parsed = [_split(row) for row in rows]
    whole = [len(cells) == len(names) for cells in parsed]
    kept = [cells for cells, is_whole in zip(parsed, whole, strict=True) if is_whole]
    columns = {
        name: pa.array([cells[index].encode() for cells in kept], pa.binary()) for index, name in enumerate(names)
    }
    return columns, whole


def _split(row: str) -> list[str]:
    try:
        return next(csv.reader([row]))
    except csv.Error:  # a row that was not CSV when it was delivered is not one now
        return []


def first_line(error: BaseException) -> str:
    """What a library says about a file, without the details that follow."""
    return (str(error).strip() or type(error).__name__).splitlines()[0]
