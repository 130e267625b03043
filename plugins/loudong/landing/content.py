"""The content hash of rows: what tells two versions of a key apart.

It is md5 of the text that PostgreSQL gives for the row, `md5(row(<columns of the contract>, is_deleted)::text)` with
TimeZone UTC and DateStyle ISO; a column that was added later takes part by its name, and only where it is known.
Worked out here, it costs the server nothing and rows can be copied straight into their table; warehouses hold hashes
that the server made, so the two must agree to the byte.
"""

import hashlib

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from loudong.landing.contract import Entity
from loudong.landing.typed import data_of

HASH_BYTES = 16
MICROSECONDS = 1_000_000
# Bytes for which a cell stands in quotes in the text of a row; white space is what isspace() says in C.
_QUOTED = np.zeros(256, dtype=bool)
_QUOTED[list(b'"\\(), \t\n\v\f\r')] = True


def content_hashes(entity: Entity, columns: dict[str, pa.Array]) -> np.ndarray:
    """The hash of each row: an array of bytes, a row of HASH_BYTES each."""
    cells = [_shown(columns[column.name]) for column in entity.columns if not column.added]
    ending = [_named(column.name, columns[column.name]) for column in entity.columns if column.added]
    cells.append(pc.binary_join_element_wise(_shown(columns["is_deleted"]), *ending, b")", b""))
    cells[0] = pc.binary_join_element_wise(b"(", cells[0], b"", null_handling="replace", null_replacement=b"")
    rows = pc.binary_join_element_wise(*cells, b",", null_handling="replace", null_replacement=b"").to_pylist()
    digests = b"".join([hashlib.md5(row, usedforsecurity=False).digest() for row in rows])
    return np.frombuffer(digests, np.uint8).reshape(-1, HASH_BYTES)


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
        # In quotes, for the space between day and time.
        return pc.binary_join_element_wise(b'"', _moments(values).cast(pa.binary()), b'+00"', b"")
    return values.cast(pa.string()).cast(pa.binary())


def _moments(values: pa.Array) -> pa.Array:
    """Without their zone; of a fraction of a second the zeros at its end are left out."""
    plain = values.cast(pa.timestamp("us"))
    numbers = plain.cast(pa.int64()).drop_null().to_numpy(zero_copy_only=False)
    if not (numbers % MICROSECONDS).any():
        return plain.cast(pa.timestamp("s")).cast(pa.string())
    return pc.utf8_rtrim(pc.utf8_rtrim(plain.cast(pa.string()), "0"), ".")


def _quoted(text: pa.Array) -> pa.Array:
    """Text with quotes around it where a row's text needs them."""
    if not _QUOTED[data_of(text)].any():
        return text
    needs = pc.match_substring_regex(text, r'["\\(), \t\n\v\f\r]')
    doubled = pc.replace_substring_regex(text, r'(["\\])', r"\1\1")
    return pc.if_else(needs, pc.binary_join_element_wise('"', doubled, '"', ""), text)
