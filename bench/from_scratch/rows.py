"""Rows of a Parquet file as numpy arrays, row group by row group in threads, for the script in pandas."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.parquet as pq

from bench.from_scratch import THREADS
from bench.from_scratch.clock import Clock, microseconds
from bench.from_scratch.repeats import repeated

T = TypeVar("T")
Ints = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]
MULTIPLIER = np.uint64(0x9E3779B97F4A7C15)
SHIFT = np.uint64(32)
WORD = 8
MASKS = np.array([(1 << 8 * size) - 1 for size in range(WORD + 1)], np.uint64)
BLOCK_ROWS = 1 << 14
KNOWN = ("observed_at", "is_deleted")


def each_group(path: Path, columns: list[str], work: Callable[[int, pa.Table], T]) -> list[T]:
    """What `work` makes of the first row number and the columns of each row group, in order."""
    metadata = pq.read_metadata(path)
    texts = [name for name in ("customer_id", "direction_code", "counterparty_id", "contract_id") if name in columns]
    counts = [metadata.row_group(group).num_rows for group in range(metadata.num_row_groups)]
    firsts = np.cumsum([0, *counts])

    def one(group: int) -> T:
        with pq.ParquetFile(path, metadata=metadata, read_dictionary=texts) as file:
            return work(int(firsts[group]), file.read_row_group(group, columns, use_threads=False).combine_chunks())

    with ThreadPoolExecutor(THREADS) as pool:
        return list(pool.map(one, range(len(counts))))


def instants(column: pa.ChunkedArray) -> Ints:
    """Microseconds since 1970 (UTC)."""
    return column.combine_chunks().view(pa.int64()).to_numpy()


def replaced_rows(path: Path, key: tuple[str, ...], clock: Clock) -> Ints:
    """Numbers of the rows of which a newer version was known before the cutoff.

    Keys are compared by a hash of 64 bits. Of the few that seem to repeat the rows themselves decide, so that two keys
    of one hash do no harm.
    """
    cutoff = microseconds(clock.cutoff)

    def hashes(first: int, rows: pa.Table) -> tuple[Ints, npt.NDArray[np.uint64]]:
        known = np.flatnonzero(instants(rows["observed_at"]) < cutoff)
        return first + known, _hashes(rows, key)[known]

    found = each_group(path, [*key, "observed_at"], hashes)
    twice = repeated([mine for _, mine in found])
    if not len(twice):
        return np.empty(0, np.int64)
    numbers = np.concatenate([rows[np.isin(mine, twice)] for rows, mine in found])

    def versions(first: int, rows: pa.Table) -> pa.Table:
        mine = numbers[(numbers >= first) & (numbers < first + len(rows))]
        taken = rows.take(pa.array(mine - first))
        return taken.cast(pa.schema([_plain(field) for field in taken.schema])).append_column("row", pa.array(mine))

    table = pa.concat_tables(each_group(path, [*key, "observed_at", "content_hash"], versions)).to_pandas()
    in_order = table.sort_values(["observed_at", "content_hash"], ascending=False)
    return np.sort(in_order["row"][in_order.duplicated(list(key))].to_numpy())


def known_mask(first: int, rows: pa.Table, replaced: Ints, clock: Clock) -> Flags:
    """Which rows are the newest version known before the cutoff and not deleted."""
    known = instants(rows["observed_at"]) < microseconds(clock.cutoff)
    known &= ~rows["is_deleted"].combine_chunks().to_numpy(zero_copy_only=False)
    low, high = np.searchsorted(replaced, [first, first + len(rows)])
    known[replaced[low:high] - first] = False
    return known


def _plain(field: pa.Field) -> pa.Field:
    return field.with_type(field.type.value_type) if pa.types.is_dictionary(field.type) else field


def _hashes(rows: pa.Table, key: tuple[str, ...]) -> npt.NDArray[np.uint64]:
    """Hashes of the keys, made block by block so that what is between stays near the processor."""
    sources = [_source(rows[name].combine_chunks()) for name in key]
    mixed = np.zeros(len(rows), np.uint64)
    for first in range(0, len(rows), BLOCK_ROWS):
        block = mixed[first : first + BLOCK_ROWS]
        for source in sources:
            block[:] = _mix(block, source(first, first + len(block)))
    return mixed


def _source(column: pa.Array) -> Callable[[int, int], npt.NDArray[np.uint64]]:
    """Gives hashes of a column's values from one row to another."""
    if pa.types.is_dictionary(column.type):
        hashes = _text_hashes(column.dictionary)(0, len(column.dictionary))
        indices = column.indices.to_numpy()
        return lambda first, end: hashes[indices[first:end]]
    if pa.types.is_string(column.type):
        return _text_hashes(column)
    days = column.view(pa.int32()).to_numpy()
    return lambda first, end: days[first:end].astype(np.uint64)


def _text_hashes(texts: pa.Array) -> Callable[[int, int], npt.NDArray[np.uint64]]:
    """Hashes of texts, eight bytes at a time."""
    offsets = np.frombuffer(texts.buffers()[1], np.int32)[texts.offset :]
    data = texts.buffers()[2]
    if data is None or data.size < WORD:
        data = pa.py_buffer(bytes(data or b"").ljust(WORD, b"\0"))
    words = np.ndarray(data.size - WORD + 1, "<u8", data, strides=(1,))

    def hashes(first: int, end: int) -> npt.NDArray[np.uint64]:
        starts, ends = offsets[first:end].astype(np.int64), offsets[first + 1 : end + 1].astype(np.int64)
        mixed = (ends - starts).astype(np.uint64)
        for place in range(0, int((ends - starts).max(initial=0)), WORD):
            # The last word of all is read earlier, and what it holds too much of is shifted out.
            at = np.minimum(starts + place, len(words) - 1)
            left = np.clip(ends - starts - place, 0, WORD)
            word = (words[at] >> ((starts + place - at) % WORD * 8).astype(np.uint64)) & MASKS[left]
            mixed = np.where(left > 0, _mix(mixed, word), mixed)
        return mixed

    return hashes


def _mix(before: npt.NDArray[np.uint64], value: npt.NDArray[np.uint64]) -> npt.NDArray[np.uint64]:
    mixed = (before ^ value) * MULTIPLIER
    return mixed ^ (mixed >> SHIFT)
