"""Reading Parquet: typed columns as the text that a CSV file would hold."""

from collections.abc import Collection, Iterator
from decimal import Decimal
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet

from loudong.landing.batch import Batch, UnreadableFileError, first_line

BATCH_ROWS = 200_000


def read_header(path: Path) -> list[str]:
    """Column names of the file, in its order."""
    try:
        return list(pyarrow.parquet.read_schema(path).names)
    except UnicodeDecodeError as error:
        raise UnreadableFileError("its column names are not UTF-8 text") from error


def read_batches(path: Path, wanted: Collection[str]) -> Iterator[Batch]:
    """The rows in batches. A column that has no text makes the file unreadable when it is among those `wanted`."""
    with pyarrow.parquet.ParquetFile(path) as file:
        row = 1
        for part in file.iter_batches(batch_size=BATCH_ROWS):
            cells = {
                name: _as_text(name, part.column(index), name in wanted) for index, name in enumerate(part.schema.names)
            }
            yield Batch(cells, pa.array(np.arange(row, row + len(part)), pa.int64()), [])
            row += len(part)


def _as_text(name: str, column: pa.Array, is_wanted: bool) -> pa.Array:
    try:
        return _cast(column)
    except pa.ArrowMemoryError:
        raise
    except pa.ArrowException as error:
        if is_wanted:
            raise UnreadableFileError(
                f"its column {name} ({column.type}) cannot be read as text: {first_line(error)}"
            ) from error
        return pa.repeat(pa.scalar(f"({column.type})".encode(), pa.binary()), len(column))


def _cast(column: pa.Array) -> pa.Array:
    if pa.types.is_dictionary(column.type):
        column = column.dictionary_decode()
    if pa.types.is_timestamp(column.type):
        # A moment without a zone stays without one: which one was meant is not known.
        zone = "" if column.type.tz is None else "+00:00"
        moments = column.cast(pa.timestamp("us", tz=column.type.tz), safe=column.type.unit != "ns")
        if zone:
            moments = moments.cast(pa.timestamp("us", tz="UTC"))
        return pc.strftime(moments, format=f"%Y-%m-%dT%H:%M:%S{zone}").cast(pa.binary())
    if pa.types.is_binary(column.type) or pa.types.is_large_binary(column.type):
        return column.cast(pa.binary())
    text = column.cast(pa.string())
    if pa.types.is_floating(column.type) or pa.types.is_decimal(column.type):
        text = _without_exponent(text)
    return text.cast(pa.binary())


def _without_exponent(text: pa.Array) -> pa.Array:
    """Numbers as people write them: 0.0000001, not 1e-7, which a CSV file may not hold."""
    has_exponent = pc.fill_null(pc.match_substring(text, "e", ignore_case=True), False)
    if not pc.any(has_exponent).as_py():
        return text
    written = [f"{Decimal(number):f}" for number in text.filter(has_exponent).to_pylist()]
    return pc.replace_with_mask(text, has_exponent, pa.array(written, pa.string()))
