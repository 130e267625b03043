"""Reading one landing file: its header, then batches of raw cells with their line numbers.

Cells stay bytes here, so that a broken text encoding spoils its row and not the file. A file that cannot be read to its
end raises UnreadableFileError; a disk that fails is no property of the file, so its error passes as what it is.
"""

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path

import pyarrow as pa

from loudong.errors import LoudongError
from loudong.landing import csv_file, parquet_file
from loudong.landing.batch import Batch, UnreadableFileError, first_line

SUFFIXES = (".csv", ".csv.gz", ".parquet")


def suffix_of(path: Path) -> str | None:
    """The known ending of a landing file's name, else None."""
    return next((suffix for suffix in SUFFIXES if path.name.endswith(suffix)), None)


def read_header(path: Path) -> list[str]:
    """Column names of the file, in its order."""
    is_parquet = suffix_of(path) == ".parquet"
    with _refusing(path, "not a readable Parquet file" if is_parquet else "not a readable file"):
        header = parquet_file.read_header(path) if is_parquet else csv_file.read_header(path)
    if any("\0" in name for name in header):
        raise UnreadableFileError("its header holds a NUL character; is it UTF-16?")
    if len(set(header)) != len(header):
        twice = sorted({name for name in header if header.count(name) > 1})
        raise UnreadableFileError(f"its header names {', '.join(twice)} twice")
    return header


def read_batches(path: Path, header: list[str], wanted: Collection[str]) -> Iterator[Batch]:
    """The file's rows in batches; memory does not grow with the file. `wanted` names the columns that will be kept."""
    with _refusing(path, "it breaks off or is corrupt"):
        if suffix_of(path) == ".parquet":
            yield from parquet_file.read_batches(path, wanted)
        else:
            yield from csv_file.read_batches(path, header)


@contextmanager
def _refusing(path: Path, what: str) -> Iterator[None]:
    try:
        yield
    except pa.ArrowMemoryError:
        raise
    except (pa.ArrowException, OSError, EOFError) as error:
        if isinstance(error, OSError) and error.errno is not None:
            raise LoudongError(f"{path} cannot be read: {first_line(error)}") from error
        raise UnreadableFileError(f"{what} ({first_line(error)})") from error
