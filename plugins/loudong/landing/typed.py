"""Text as typed columns: what each type of the landing contract accepts, and reading it.

The usual spellings of dates and moments are read in bulk; what is spelled otherwise is matched against a pattern.
"""

from decimal import ROUND_HALF_UP, Decimal

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

# What matches can be read by Arrow and by PostgreSQL. The pattern knows the calendar: parsing each date takes longer.
YEAR = "[1-9][0-9]{3}"
LEAP_YEAR = "(?:[1-9][0-9](?:0[48]|[2468][048]|[13579][26])|(?:[13579][26]|[2468][048])00)"
DATE = (
    f"(?:{YEAR}-(?:"
    "(?:0[13578]|1[02])-(?:0[1-9]|[12][0-9]|3[01])|"
    "(?:0[469]|11)-(?:0[1-9]|[12][0-9]|30)|"
    f"02-(?:0[1-9]|1[0-9]|2[0-8]))|{LEAP_YEAR}-02-29)"
)
PATTERNS = {
    "integer": r"^[+-]?[0-9]{1,9}$",
    "numeric": r"^[+-]?[0-9]{1,14}(\.[0-9]{1,100})?$",
    "date": f"^{DATE}$",
    "timestamp": rf"^{DATE}[T ]([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9](\.[0-9]{{1,6}})?)?"
    r"(Z|[+-](0[0-9]|1[0-4]):[0-5][0-9])$",
    "boolean": r"^(?i)(true|false|t|f|1|0)$",
}
ROUNDS_TO_15_DIGITS = r"^[+-]?9{14}\.9{4}[5-9]"
USUAL_DIGITS = {"integer": 9, "numeric": 14}  # before the point
MOMENT = pa.timestamp("us", tz="UTC")
ARROW_TYPES = {
    "text": pa.string(),
    "integer": pa.int32(),
    "numeric": pa.decimal128(18, 4),
    "date": pa.date32(),
    "timestamp": MOMENT,
    "boolean": pa.bool_(),
}
SCALE = 4  # decimals
CENT_OF_CENT = Decimal("0.0001")
# Days since 1970 of the first day of each month from 1000-01 to 10000-01.
_FIRST_DAYS = np.arange("1000-01", "10000-02", dtype="datetime64[M]").astype("datetime64[D]").astype(np.int64)
_DASH, _COLON, _PLUS, _POINT = b"-:+."


def read(kind: str, text: pa.Array) -> tuple[pa.Array, np.ndarray]:
    """Values of the contract's type `kind`, and which cells are none: those are null among the values.

    Numbers round as PostgreSQL rounds them.
    """
    if kind == "text":
        return text, np.zeros(len(text), dtype=bool)
    if kind in ("date", "timestamp"):
        return _read_times(kind, text)
    wrong = _wrong(kind, text)
    return _cast(kind, without(text, wrong)), wrong


def without(values: pa.Array, left_out: np.ndarray) -> pa.Array:
    """`values` with null where `left_out`."""
    if not left_out.any():
        return values
    return pc.if_else(pa.array(left_out), pa.scalar(None, values.type), values)


def _wrong(kind: str, text: pa.Array) -> np.ndarray:
    if kind in USUAL_DIGITS and _are_plain_numbers(kind, text):
        return np.zeros(len(text), dtype=bool)
    right = pc.match_substring_regex(text, PATTERNS[kind])
    if kind == "numeric":
        right = pc.and_not(right, pc.match_substring_regex(text, ROUNDS_TO_15_DIGITS))
    result: np.ndarray = ~pc.fill_null(right, True).to_numpy(zero_copy_only=False)
    return result


def _are_plain_numbers(kind: str, text: pa.Array) -> bool:
    """Whether all cells are numbers in their usual spelling, like 12 or -12.5: no longer than a type holds, without
    zeros or nines that make a long one."""
    data = data_of(text)
    starts, ends = bounds(text)
    filled = ends > starts
    starts, ends = starts[filled], ends[filled]
    if not len(starts) or filled.sum() != len(text) - text.null_count:
        return False
    is_negative = data[starts] == _DASH
    whole = ends - starts - is_negative  # digits before the point
    is_other = data - np.uint8(ord("0")) > 9
    others = np.flatnonzero(is_other)
    count = int(is_negative.sum())
    if len(others) > count:
        points = others[data[others] == _POINT]
        if kind != "numeric" or len(points) + count != len(others):
            return False
        cells = np.searchsorted(ends, points, side="right")
        decimals = ends[cells] - points - 1
        if (np.diff(cells) == 0).any() or decimals.min() < 1 or decimals.max() > SCALE:
            return False
        whole[cells] -= decimals + 1
    return bool(whole.min() >= 1) and bool(whole.max() <= USUAL_DIGITS[kind])


def _cast(kind: str, text: pa.Array) -> pa.Array:
    if kind == "boolean":
        is_true = pc.is_in(pc.utf8_lower(text), value_set=pa.array(["true", "t", "1"]))
        return pc.if_else(pc.is_valid(text), is_true, pa.scalar(None, pa.bool_()))
    if kind == "integer":
        text = pc.utf8_ltrim(text, "+")
    if kind == "numeric":
        try:
            return text.cast(ARROW_TYPES[kind])
        except pa.ArrowInvalid:  # more than four decimals
            cells = [cell if cell is None else Decimal(cell) for cell in text.to_pylist()]
            rounded = [cell if cell is None else cell.quantize(CENT_OF_CENT, ROUND_HALF_UP) for cell in cells]
            return pa.array(rounded, ARROW_TYPES[kind])
    return text.cast(ARROW_TYPES[kind])


def _read_times(kind: str, text: pa.Array) -> tuple[pa.Array, np.ndarray]:
    width, convert = (10, _days) if kind == "date" else (25, _microseconds)
    lengths = pc.fill_null(pc.binary_length(text), 0).to_numpy(zero_copy_only=False)
    usual = lengths == width
    values = np.zeros(len(text), np.int64)
    if usual.any():
        chosen = text if usual.all() else text.filter(pa.array(usual))
        found, is_one = convert(data_of(chosen).reshape(-1, width))
        values[usual] = found
        usual[usual] = is_one
    other = ~usual & (lengths > 0)
    wrong = np.zeros(len(text), dtype=bool)
    if other.any():
        cells = text.filter(pa.array(other))
        bad = _wrong(kind, cells)
        whole = without(cells, bad).cast(ARROW_TYPES[kind])
        numbers = whole.cast(pa.int32()).cast(pa.int64()) if kind == "date" else whole.cast(pa.int64())
        values[other] = pc.fill_null(numbers, 0).to_numpy(zero_copy_only=False)
        wrong[other] = bad
    is_null = wrong | (lengths == 0)
    numbers = pa.array(values, pa.int64(), mask=is_null) if is_null.any() else pa.array(values, pa.int64())
    return numbers.cast(pa.int32()).cast(pa.date32()) if kind == "date" else numbers.cast(MOMENT), wrong


def _days(cells: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Cells like 2026-01-31, a row of bytes each: days since 1970, and which of them are such dates."""
    text = np.ascontiguousarray(cells[:, :10].T)
    digits = text - ord("0")
    good = (text[4] == _DASH) & (text[7] == _DASH)
    for place in (0, 1, 2, 3, 5, 6, 8, 9):
        good &= digits[place] <= 9
    good &= digits[0] > 0
    month, day = _two(digits, 5), _two(digits, 8)
    good &= (month >= 1) & (month <= 12)
    number = (_two(digits, 0).astype(np.int64) * 100 + _two(digits, 2) - 1000) * 12 + month - 1
    number = np.where(good, number, 0)
    first = _FIRST_DAYS[number]
    good &= (day >= 1) & (day <= _FIRST_DAYS[number + 1] - first)
    return first + day - 1, good


def _microseconds(cells: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Cells like 2026-01-31T08:00:00+08:00: microseconds since 1970 in UTC, and which of them are such moments."""
    days, good = _days(cells)
    text = np.ascontiguousarray(cells[:, 10:].T)
    digits = text - ord("0")
    good &= (text[0] == ord("T")) | (text[0] == ord(" "))
    good &= (text[3] == _COLON) & (text[6] == _COLON) & (text[12] == _COLON)
    for place in (1, 2, 4, 5, 7, 8, 10, 11, 13, 14):
        good &= digits[place] <= 9
    is_east = text[9] == _PLUS
    good &= is_east | (text[9] == _DASH)
    hour, minute, second = _two(digits, 1), _two(digits, 4), _two(digits, 7)
    off_hour, off_minute = _two(digits, 10), _two(digits, 13)
    good &= (hour <= 23) & (minute <= 59) & (second <= 59) & (off_hour <= 14) & (off_minute <= 59)
    offset = off_hour.astype(np.int64) * 60 + off_minute
    minutes = hour.astype(np.int64) * 60 + minute - np.where(is_east, offset, -offset)
    return (days * 86_400 + minutes * 60 + second) * 1_000_000, good


def _two(digits: np.ndarray, place: int) -> np.ndarray:
    result: np.ndarray = digits[place] * np.uint8(10) + digits[place + 1]
    return result


def bounds(cells: pa.Array) -> tuple[np.ndarray, np.ndarray]:
    """Where each cell begins and ends among the bytes of `data_of`."""
    ends = np.frombuffer(cells.buffers()[1], np.int32)[cells.offset : cells.offset + len(cells) + 1]
    return ends[:-1] - ends[0], ends[1:] - ends[0]


def data_of(cells: pa.Array) -> np.ndarray:
    """The bytes of all cells of a string or binary column, one after the other."""
    _, offsets, data = cells.buffers()
    if data is None or len(cells) == 0:
        return np.zeros(0, dtype=np.uint8)
    ends = np.frombuffer(offsets, np.int32)
    return np.frombuffer(data, np.uint8)[ends[cells.offset] : ends[cells.offset + len(cells)]]


def matrix_cells(matrix: np.ndarray) -> pa.Array:
    """Rows of a matrix of bytes as cells of a binary column."""
    count, width = matrix.shape
    offsets = np.arange(0, (count + 1) * width, width, dtype=np.int32)
    return pa.Array.from_buffers(pa.binary(), count, [None, pa.py_buffer(offsets), pa.py_buffer(matrix)])
