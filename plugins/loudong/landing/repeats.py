"""Which keys may have come more than once, noticed while a first load fills an empty table.

Looking for them afterwards would join the whole table with itself. A filter of fixed size (Bloom's, with two bits a key
in one word) never overlooks a repeated key; of the others it takes a few in a thousand for repeated when a table of 20
million rows is loaded, and those are looked up for nothing.
"""

import threading
from typing import Any

import numpy as np
import pyarrow as pa

from loudong.landing.contract import Entity
from loudong.landing.typed import bounds, data_of

# The filter has a word of eight bytes per row or two, as far as the size of the files tells how many there are.
LEAST_WORDS, MOST_WORDS = 2**16, 2**24
BYTES_PER_WORD = 16
WORD_BYTES = 8
MOST_KEYS = 500_000  # more are not worth keeping: then all of the table is looked through

# A large odd number, and which bytes of a word belong to a cell that has so many left.
_FACTOR, _HALF = np.uint64(0x9E3779B97F4A7C15), np.uint64(32)
_KEPT = np.array([256**count - 1 for count in range(WORD_BYTES + 1)], np.uint64)


class Repeats:
    """The keys of an entity's rows of this load that may stand in more than one of them. Threads may share it."""

    def __init__(self, entity: Entity, byte_count: int) -> None:
        """For files of `byte_count` bytes."""
        self.entity = entity
        count = 2 ** (byte_count // BYTES_PER_WORD).bit_length()
        self._words = np.zeros(min(max(count, LEAST_WORDS), MOST_WORDS), np.uint64)
        self._keys: set[tuple[Any, ...]] | None = set()
        self._lock = threading.Lock()

    @property
    def keys(self) -> set[tuple[Any, ...]] | None:
        """The keys that may be repeated; None when they are too many."""
        return self._keys

    def add(self, columns: dict[str, pa.Array]) -> None:
        """Take note of rows that are about to land. Adding them again makes their keys repeated."""
        key = [columns[name] for name in self.entity.key]
        hashes = _hashes(key)
        places = (hashes >> np.uint64(12)) % np.uint64(len(self._words))
        bits = (np.uint64(1) << (hashes & np.uint64(63))) | (np.uint64(1) << ((hashes >> np.uint64(6)) & np.uint64(63)))
        with self._lock:
            if self._keys is None:
                return
            is_repeated = (self._words[places] & bits) == bits
            np.bitwise_or.at(self._words, places, bits)
        in_order = np.sort(hashes)
        is_repeated |= np.isin(hashes, in_order[1:][in_order[1:] == in_order[:-1]])
        if not is_repeated.any():
            return
        chosen = pa.array(is_repeated)
        found = zip(*(part.filter(chosen).to_pylist() for part in key), strict=True)
        with self._lock:
            if self._keys is not None:
                self._keys.update(found)
                if len(self._keys) > MOST_KEYS:
                    self._keys = None


def _hashes(key: list[pa.Array]) -> np.ndarray:
    """A number of 64 bits for each row, the same for the same key."""
    hashes = np.zeros(len(key[0]), np.uint64)
    for values in key:
        if pa.types.is_string(values.type):
            _add_text(hashes, values)
        else:
            numbers = values.cast(pa.int32() if pa.types.is_date(values.type) else pa.int64())
            hashes[:] = _mixed(hashes, numbers.to_numpy().astype(np.uint64))
    return hashes


def _add_text(hashes: np.ndarray, cells: pa.Array) -> None:
    """Take the bytes of each cell into its hash, a word at a time, and its length."""
    starts, ends = bounds(cells)
    lengths = ends - starts
    data = np.concatenate([data_of(cells), np.zeros(WORD_BYTES, np.uint8)])  # words are read whole
    words = np.ndarray(len(data) - WORD_BYTES + 1, "<u8", data, strides=(1,))
    for begin in range(0, int(lengths.max(initial=0)), WORD_BYTES):
        longer = np.flatnonzero(lengths > begin)
        left = np.minimum(lengths[longer] - begin, WORD_BYTES)
        hashes[longer] = _mixed(hashes[longer], words[starts[longer] + begin] & _KEPT[left])
    hashes[:] = _mixed(hashes, lengths.astype(np.uint64))


def _mixed(hashes: np.ndarray, words: np.ndarray) -> np.ndarray:
    product: np.ndarray = (hashes ^ words) * _FACTOR
    return product ^ (product >> _HALF)
