"""The content hash of rows: what tells two versions of a key apart.

It is md5 of the text that PostgreSQL gives for the row, `md5(row(<columns of the contract>, is_deleted)::text)` with
TimeZone UTC and DateStyle ISO; a column that was added later takes part by its name, and only where it is known.
Worked out here, it costs the server nothing and rows can be copied straight into their table; warehouses hold hashes
that the server made, so the two must agree to the byte.
"""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from loudong.landing.contract import Entity
from loudong.landing.md5 import digests
from loudong.landing.typed import data_of, matrix_cells

MICROSECONDS = 1_000_000
DAY_SECONDS = 86_400
# Bytes for which a cell stands in quotes in the text of a row; white space is what isspace() says in C.
_QUOTED = np.zeros(256, dtype=bool)
_QUOTED[list(b'"\\(), \t\n\v\f\r')] = True
# Of these bytes all but the backslash are less than a hyphen, as hardly any byte of an identifier or a code is.
_HYPHEN, _BACKSLASH = b"-\\"
# The usual days and every second of a day, as they are shown.
_FIRST_DAY, _LAST_DAY = np.datetime64("1970-01-01"), np.datetime64("2070-12-31")
_DAYS = np.datetime_as_string(np.arange(_FIRST_DAY, _LAST_DAY + 1)).astype("S10").view("V10")
_CLOCK = np.full((DAY_SECONDS, 8), ord(":"), np.uint8)
for _place, _unit, _digits in ((0, 36_000, 3), (1, 3600, 10), (3, 600, 6), (4, 60, 10), (6, 10, 6), (7, 1, 10)):
    _CLOCK[:, _place] = ord("0") + np.arange(DAY_SECONDS) // _unit % _digits
_TIMES = _CLOCK.view("V8").ravel()


def content_hashes(entity: Entity, columns: dict[str, pa.Array]) -> np.ndarray:
    """The hash of each row: an array of bytes, a row of DIGEST_BYTES each."""
    cells = [_shown(columns[column.name]) for column in entity.columns if not column.added]
    ending = [_named(column.name, columns[column.name]) for column in entity.columns if column.added]
    cells.append(pc.binary_join_element_wise(_shown(columns["is_deleted"]), *ending, b")", b""))
    cells[0] = pc.binary_join_element_wise(b"(", cells[0], b"", null_handling="replace", null_replacement=b"")
    return digests(pc.binary_join_element_wise(*cells, b",", null_handling="replace", null_replacement=b""))


def _named(name: str, values: pa.Array) -> pa.Array:
    """A column that was added later: nothing where it is null, else its name and value."""
    shown = pc.binary_join_element_wise(f",{name}=".encode(), _shown(values), b"")
    return pc.fill_null(shown, pa.scalar(b"", pa.binary()))


def _shown(values: pa.Array) -> pa.Array:
    """Values as PostgreSQL shows them in a row, as binary: ISO dates, moments in UTC, t and f."""
    kind = values.type
    if pa.types.is_string(kind):
        return _quoted(values).cast(pa.binary())
    if pa.types.is_boolean(kind):
        return pc.if_else(values, pa.scalar(b"t", pa.binary()), pa.scalar(b"f", pa.binary()))
    if pa.types.is_timestamp(kind):
        return _moments(values)
    if pa.types.is_date(kind):
        return _dates(values)
    return values.cast(pa.string()).cast(pa.binary())


def _dates(values: pa.Array) -> pa.Array:
    days = values.cast(pa.int32()).fill_null(0).to_numpy()
    if not _are_usual(days):
        return values.cast(pa.string()).cast(pa.binary())
    return _cells(_DAYS[days].view(np.uint8).reshape(-1, 10), values)


def _moments(values: pa.Array) -> pa.Array:
    """In quotes, for the space between day and time; of a fraction of a second the zeros at its end are left out."""
    seconds, fraction = np.divmod(values.cast(pa.int64()).fill_null(0).to_numpy(), MICROSECONDS)
    days, second = np.divmod(seconds, DAY_SECONDS)
    if fraction.any() or not _are_usual(days):
        plain = values.cast(pa.timestamp("us")).cast(pa.string())
        short = pc.utf8_rtrim(pc.utf8_rtrim(plain, "0"), ".")
        return pc.binary_join_element_wise(b'"', short.cast(pa.binary()), b'+00"', b"")
    shown = np.empty((len(values), 24), np.uint8)
    shown[:] = np.frombuffer(b'"0000-00-00 00:00:00+00"', np.uint8)
    shown[:, 1:11] = _DAYS[days].view(np.uint8).reshape(-1, 10)
    shown[:, 12:20] = _TIMES[second].view(np.uint8).reshape(-1, 8)
    return _cells(shown, values)


def _are_usual(days: np.ndarray) -> bool:
    return len(days) > 0 and bool(days.min() >= 0) and bool(days.max() < len(_DAYS))


def _cells(shown: np.ndarray, values: pa.Array) -> pa.Array:
    """Rows of a matrix of bytes as cells, null where `values` are."""
    cells = matrix_cells(shown)
    return cells if values.null_count == 0 else pc.if_else(values.is_valid(), cells, pa.scalar(None, pa.binary()))


def _quoted(text: pa.Array) -> pa.Array:
    """Text with quotes around it where a row's text needs them."""
    data = data_of(text)
    if len(data) == 0 or (data.min() >= _HYPHEN and not (data == _BACKSLASH).any()) or not _QUOTED[data].any():
        return text
    needs = pc.match_substring_regex(text, r'["\\(), \t\n\v\f\r]')
    doubled = pc.replace_substring_regex(text, r'(["\\])', r"\1\1")
    return pc.if_else(needs, pc.binary_join_element_wise('"', doubled, '"', ""), text)
