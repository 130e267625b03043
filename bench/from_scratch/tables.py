"""Amounts as whole ten-thousandths of the currency, and back."""

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute

MONEY = pa.decimal128(38, 4)


def amounts(units: pa.Array) -> pa.Array:
    """64-bit integers of ten-thousandths as decimals, nulls kept."""
    values = units.fill_null(0).to_numpy()
    wide = np.stack([values, values >> 63], axis=1)  # the low and the high half
    decimals = pa.Array.from_buffers(MONEY, len(values), [None, pa.py_buffer(np.ascontiguousarray(wide))])
    return pa.compute.if_else(units.is_valid(), decimals, pa.scalar(None, MONEY))


def units(decimals: pa.ChunkedArray) -> npt.NDArray[np.int64]:
    """The ten-thousandths of decimal128(18, 4): their low halves, without a conversion. Nulls may be anything."""
    parts = [
        np.frombuffer(chunk.buffers()[1], np.int64)[2 * chunk.offset : 2 * (chunk.offset + len(chunk)) : 2]
        for chunk in decimals.chunks
    ]
    return np.concatenate(parts) if parts else np.empty(0, np.int64)


def with_amounts(table: pa.Table) -> pa.Table:
    """The table with its columns of amounts, which are those named so, as decimals."""
    for place, name in enumerate(table.column_names):
        if "_amount" in name:
            column = pa.compute.cast(table[name], pa.int64()).combine_chunks()
            table = table.set_column(place, pa.field(name, MONEY), amounts(column))
    return table
