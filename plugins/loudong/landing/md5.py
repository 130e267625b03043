"""md5 (RFC 1321) of many short cells at once.

hashlib takes them one by one: setting up each digest costs more than working it out, and Python does nothing else
meanwhile. Here every step of md5 is done for all cells before the next one, which needs less than half the time and
leaves other threads free.
"""

import hashlib
import math

import numpy as np
import pyarrow as pa

from loudong.landing.typed import data_of

DIGEST_BYTES = 16
BLOCK_BYTES = 64
LENGTH_BYTES = 8  # at the end of the last block, behind a byte of 0x80 that ends the cell
LANES = 16_384  # cells side by side: their words stay in the processor's cache
FEW_CELLS = 1_000  # so many or fewer are quicker one by one

_START = (0x67452301, 0xEFCDAB89, 0x98BADCFE, 0x10325476)
_SHIFTS = ((7, 12, 17, 22), (5, 9, 14, 20), (4, 11, 16, 23), (6, 10, 15, 21))
_WORDS = ((1, 0), (5, 1), (3, 5), (7, 0))  # which word of the block a step takes: (factor * step + term) % 16
_STEPS = [
    (
        step // 16,
        (_WORDS[step // 16][0] * step + _WORDS[step // 16][1]) % 16,
        np.uint32(math.floor(abs(math.sin(step + 1)) * 2**32)),
        np.uint32(_SHIFTS[step // 16][step % 4]),
        np.uint32(32 - _SHIFTS[step // 16][step % 4]),
    )
    for step in range(64)
]
# For each count of bytes that a cell has left from the start of a block on, -1 for a cell that ended before (its 0x80
# too), BLOCK_BYTES for that many or more: which bytes of the block are the cell's, and its end.
_LEFT = np.arange(-1, BLOCK_BYTES + 1)[:, None]
_KEPT = np.where(np.arange(BLOCK_BYTES) < _LEFT, 0xFF, 0).astype(np.uint8)
_END = np.where(np.arange(BLOCK_BYTES) == _LEFT, 0x80, 0).astype(np.uint8)


def digests(cells: pa.Array) -> np.ndarray:
    """The md5 of each cell of a binary column without nulls: a matrix of bytes, a row of DIGEST_BYTES each."""
    count = len(cells)
    ends = np.frombuffer(cells.buffers()[1], np.int32)[cells.offset : cells.offset + count + 1].astype(np.int64)
    starts, lengths = ends[:-1] - ends[0], np.diff(ends)
    blocks = (lengths + LENGTH_BYTES) // BLOCK_BYTES + 1
    order = np.argsort(-blocks, kind="stable")
    result = np.empty((count, DIGEST_BYTES), np.uint8)
    # Blocks are read whole, beyond the last cell too.
    data = np.concatenate([data_of(cells), np.zeros(BLOCK_BYTES + LENGTH_BYTES, np.uint8)])
    for first in range(0, count, LANES):
        chosen = order[first : first + LANES]
        # The longest come first. A few longer than the others are not worth steps of their own.
        least = blocks[chosen[min(FEW_CELLS, len(chosen)) - 1]] if len(chosen) > FEW_CELLS else 0
        alone = int(np.searchsorted(-blocks[chosen], -least, side="left"))
        for place in chosen[:alone]:
            cell = data[starts[place] : starts[place] + lengths[place]].tobytes()
            result[place] = np.frombuffer(hashlib.md5(cell, usedforsecurity=False).digest(), np.uint8)
        together = chosen[alone:]
        result[together] = _digests(data, starts[together], lengths[together], blocks[together])
    return result


def _digests(data: np.ndarray, starts: np.ndarray, lengths: np.ndarray, blocks: np.ndarray) -> np.ndarray:
    """Of cells in the order of their count of blocks, most first."""
    count = len(starts)
    state = [np.full(count, word, np.uint32) for word in _START]
    windows = np.ndarray(len(data) - BLOCK_BYTES + 1, f"V{BLOCK_BYTES}", data, strides=(1,))
    for number in range(int(blocks.max(initial=0))):
        active = int(np.searchsorted(-blocks, -number, side="left"))
        begins = number * BLOCK_BYTES
        block = windows[starts[:active] + begins].view(np.uint8).reshape(active, BLOCK_BYTES)
        left = np.clip(lengths[:active] - begins, -1, BLOCK_BYTES) + 1
        if left.min() <= BLOCK_BYTES:
            block = (block & _KEPT[left]) | _END[left]
        words = block.view("<u4").T.astype(np.uint32, order="C")
        is_last = blocks[:active] == number + 1
        words[14][is_last] = lengths[:active][is_last] * 8
        _add_block([part[:active] for part in state], words)
    return np.stack(state, axis=1).astype("<u4").view(np.uint8)


def _add_block(state: list[np.ndarray], words: np.ndarray) -> None:
    """Take a block of each cell into its state."""
    a, b, c, d = (part.copy() for part in state)
    mixed, shifted = np.empty_like(a), np.empty_like(a)
    for kind, word, constant, left, right in _STEPS:
        _mix(kind, b, c, d, mixed)
        mixed += a
        mixed += constant
        mixed += words[word]
        np.left_shift(mixed, left, out=shifted)
        mixed >>= right
        mixed |= shifted
        mixed += b
        a, b, c, d, mixed = d, mixed, b, c, a
    for part, added in zip(state, (a, b, c, d), strict=True):
        part += added


def _mix(kind: int, b: np.ndarray, c: np.ndarray, d: np.ndarray, mixed: np.ndarray) -> None:
    """The function of b, c and d that belongs to a round of 16 steps."""
    if kind == 0:  # b ? c : d
        np.bitwise_xor(c, d, out=mixed)
        mixed &= b
        mixed ^= d
    elif kind == 1:  # d ? b : c
        np.bitwise_xor(b, c, out=mixed)
        mixed &= d
        mixed ^= c
    elif kind == 2:
        np.bitwise_xor(b, c, out=mixed)
        mixed ^= d
    else:
        np.invert(d, out=mixed)
        mixed |= b
        mixed ^= c
