"""Counterparties for the script in pandas: pairs of customer and counterparty as numbers."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from bench.from_scratch.clock import Clock, microseconds
from bench.from_scratch.rows import MULTIPLIER, Flags, Ints

SLOT_BITS = 24


@dataclass(frozen=True)
class Pairs:
    """Movements with a counterparty; `other` is the place of its name in `names`."""

    place: Ints
    other: Ints
    at: Ints
    names: pa.Array

    @classmethod
    def of(cls, column: pa.DictionaryArray, known: Flags, place: Ints, at: Ints) -> "Pairs":
        """Those of the known rows of a row group."""
        other = column.indices.fill_null(-1).to_numpy()
        rows = np.flatnonzero(known & (other >= 0))
        return cls(place[rows], other[rows], at[rows], column.dictionary)


def counterparties(pieces: list[Pairs], customers: int, clock: Clock) -> dict[str, npt.NDArray[np.int64]]:
    """Counts per customer, by place. Of older rows only those matter whose counterparty seems to be new."""
    quarter, year = microseconds(clock.start(90)), microseconds(clock.start(365))
    names = pa.chunked_array([piece.names for piece in pieces], pa.string()).combine_chunks().dictionary_encode()
    numbers, total = names.indices.to_numpy().astype(np.int64), max(len(names.dictionary), 1)
    recent, earlier, older = [], [], []
    first = 0
    for piece in pieces:
        keys = piece.place * total + numbers[first : first + len(piece.names)][piece.other]
        first += len(piece.names)
        recent.append(keys[piece.at >= quarter])
        earlier.append(keys[(piece.at < quarter) & (piece.at >= year)])
        older.append(keys[piece.at < year])
    now, before = _distinct(recent), _distinct(earlier)
    both = np.isin(now, before, assume_unique=True)
    fresh = now[~both]
    new = fresh[~np.isin(fresh, _likely(older, fresh))]

    def count(keys: Ints) -> Ints:
        return np.bincount(keys // total, minlength=customers)

    quarter_count = count(now)
    return {
        "counterparty_90d_count": quarter_count,
        "counterparty_365d_count": quarter_count + count(before) - count(now[both]),
        "new_counterparty_90d_count": count(new),
    }


def _distinct(pieces: list[Ints]) -> Ints:
    keys = np.concatenate(pieces) if pieces else np.empty(0, np.int64)
    keys.sort()
    return keys[np.concatenate([[True], keys[1:] != keys[:-1]])] if len(keys) else keys


def _likely(pieces: list[Ints], wanted: Ints) -> Ints:
    """The keys that may be among those wanted: a table of bits lets few others through."""
    is_wanted = np.zeros(1 << SLOT_BITS, bool)
    is_wanted[_slots(wanted)] = True
    return np.concatenate([keys[is_wanted[_slots(keys)]] for keys in pieces]) if pieces else wanted[:0]


def _slots(keys: Ints) -> npt.NDArray[np.uint64]:
    return (keys.astype(np.uint64) * MULTIPLIER) >> np.uint64(64 - SLOT_BITS)
