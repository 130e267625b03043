"""Rows in PostgreSQL's binary COPY format, built column by column.

A row is the number of its fields, then each field's length (-1 for null) and bytes, all big-endian. Columns of a fixed
width without nulls come first, as one block of equal length in every row; the others are joined to it. Hence the order
of columns depends on the data, and the statement names them.
"""

import struct
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from loudong.landing.typed import matrix_cells

HEADER = b"PGCOPY\n\xff\r\n\0" + bytes(8)
TRAILER = b"\xff\xff"
DAYS_TO_2000 = 10_957  # PostgreSQL counts days and microseconds from 2000-01-01
MICROSECONDS_TO_2000 = DAYS_TO_2000 * 86_400 * 1_000_000
SCALE_DIGITS = 4  # numeric(18, 4): its digits to the base 10,000 are groups of four, the last one the decimals
GROUP = 10**SCALE_DIGITS


@dataclass(frozen=True)
class CopyRows:
    """Rows ready to be copied: the columns in their order, and the bytes of all rows."""

    names: list[str]
    rows: memoryview


def encode(columns: dict[str, pa.Array | np.ndarray]) -> CopyRows:
    """Rows of typed columns (text, int32, int64, decimal128(18, 4), date, timestamp, boolean; a matrix of bytes holds
    uuids)."""
    fixed = {name: _bytes(values) for name, values in columns.items() if _is_fixed(values)}
    others = {name: values for name, values in columns.items() if name not in fixed}
    block = _fields(list(fixed.values()), struct.pack(">h", len(columns)))
    pieces = [matrix_cells(block)]
    for values in others.values():
        pieces += _variable(values)
    joined = pc.binary_join_element_wise(*pieces, b"", null_handling="replace", null_replacement=b"")
    _, offsets, data = joined.buffers()
    end = int(np.frombuffer(offsets, np.int32)[len(joined)])
    return CopyRows([*fixed, *others], memoryview(data)[:end])


def _is_fixed(values: pa.Array | np.ndarray) -> bool:
    return isinstance(values, np.ndarray) or (not pa.types.is_string(values.type) and values.null_count == 0)


def _fields(fields: list[np.ndarray], start: bytes) -> np.ndarray:
    """Matrices of bytes side by side, each after its width, behind `start`."""
    template = bytearray(start)
    for field in fields:
        template += struct.pack(">i", field.shape[1]) + bytes(field.shape[1])
    count = len(fields[0]) if fields else 0
    rows = np.empty((count, len(template)), np.uint8)
    rows[:] = np.frombuffer(template, np.uint8)
    at = len(start)
    for field in fields:
        rows[:, at + 4 : at + 4 + field.shape[1]] = field
        at += 4 + field.shape[1]
    return rows


def _variable(values: pa.Array) -> list[pa.Array]:
    """The pieces of a field whose length differs from row to row."""
    if not pa.types.is_string(values.type):
        filled = values.fill_null(pa.scalar(False if pa.types.is_boolean(values.type) else 0, values.type))
        field = matrix_cells(_fields([_bytes(filled)], b""))
        return [pc.if_else(values.is_valid(), field, pa.scalar(struct.pack(">i", -1), pa.binary()))]
    lengths = pc.fill_null(pc.binary_length(values), -1).to_numpy(zero_copy_only=False)
    return [matrix_cells(_big_endian(lengths, ">i4")), values.cast(pa.binary())]


def _big_endian(numbers: np.ndarray, kind: str) -> np.ndarray:
    return numbers.astype(kind).view(np.uint8).reshape(len(numbers), -1)


def _bytes(values: pa.Array | np.ndarray) -> np.ndarray:
    """The bytes of each value, a matrix."""
    if isinstance(values, np.ndarray):
        return values
    kind = values.type
    if pa.types.is_decimal(kind):
        return _numeric(values)
    if pa.types.is_date(kind):
        return _big_endian(values.cast(pa.int32()).to_numpy() - DAYS_TO_2000, ">i4")
    if pa.types.is_timestamp(kind):
        return _big_endian(values.cast(pa.int64()).to_numpy() - MICROSECONDS_TO_2000, ">i8")
    numbers = values.to_numpy(zero_copy_only=False)
    return _big_endian(numbers, {pa.bool_(): ">i1", pa.int32(): ">i4", pa.int64(): ">i8"}[kind])


def _numeric(values: pa.Array) -> np.ndarray:
    """decimal128(18, 4) without nulls: count of groups, weight of the first, sign, scale, then the groups."""
    # The lower half of 128 bits holds all of 18 digits.
    scaled = np.frombuffer(values.buffers()[1], np.int64)[2 * values.offset : 2 * (values.offset + len(values)) : 2]
    rest = np.abs(scaled)
    groups = []
    while True:
        rest, group = np.divmod(rest, GROUP)
        groups.append(group)
        if not rest.any():
            break
    fields = np.empty((len(values), 4 + len(groups)), ">i2")
    fields[:, 0] = len(groups)
    fields[:, 1] = len(groups) - 2
    fields[:, 2] = np.where(scaled < 0, 0x4000, 0)
    fields[:, 3] = SCALE_DIGITS
    for position, group in enumerate(reversed(groups)):
        fields[:, 4 + position] = group
    return fields.view(np.uint8)
