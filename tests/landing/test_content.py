"""Promises of what the loader works out by itself: it is, to the byte, what PostgreSQL makes of the same text."""

import hashlib
import random
from dataclasses import replace
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from landing.delivering import ask

from loudong.landing import md5, typed
from loudong.landing.binary_copy import HEADER, TRAILER, encode
from loudong.landing.content import content_hashes
from loudong.landing.contract import Entity, entities
from loudong.settings import Settings
from loudong.warehouse.connect import connect

ODD_CELLS = {
    "text": [
        " a",
        "a b",
        'q"uote',
        "back\\slash",
        "(x,y)",
        "tab\there",
        "line\nbreak",
        "中文 名",
        "é",
        "\x0b",
        "plain",
    ],
    "integer": ["0", "-0", "+7", "007", "-123456789", "999999999"],
    "numeric": [
        *("0", "-0", "+5.5", "007.50", "-0.00004", "-0.00005", "0.00005", "1.23455", "0.0001", "1." + "5" * 100),
        *("9999.9999", "10000", "100000000", "12345678901234.56789", "99999999999999.9999", "-99999999999999.9999"),
    ],
    "date": ["1000-01-01", "9999-12-31", "2000-02-29", "1970-01-01", "1999-12-31"],
    "timestamp": [
        *("1000-01-01T00:00:00+14:00", "2026-01-31T08:00:00+08:00", "2026-01-31 08:00Z", "1969-12-31T23:59:59.5Z"),
        *("2026-01-31T08:00:00.100-00:30", "9999-12-31T23:59:59.999999+14:59", "2000-02-29T00:00:00.000000+00:00"),
    ],
    "boolean": ["true", "FALSE", "t", "F", "1", "0"],
}
NUMBERS = st.from_regex(r"[+-]?[0-9]{1,13}(\.[0-9]{1,9})?", fullmatch=True, alphabet=st.characters(codec="ascii"))
MOMENTS = st.datetimes(min_value=datetime(1001, 1, 1)).map(lambda moment: f"{moment.isoformat()}+08:00")
CELLS = {
    "text": st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), min_size=1, max_size=12),
    "numeric": NUMBERS,
    "timestamp": MOMENTS,
    "date": st.dates(min_value=date(1000, 1, 1)).map(str),
}


def _cells(kind: str) -> st.SearchStrategy[str | None]:
    odd = st.sampled_from(ODD_CELLS[kind])
    return st.one_of(st.none(), odd, CELLS[kind]) if kind in CELLS else st.one_of(st.none(), odd)


def _server_sees(entity: Entity, texts: dict[str, list[str | None]]) -> list[tuple[object, ...]]:
    """Each row cast by the server from text: its content hash, and the row itself."""
    names = list(texts)
    typed_columns = ", ".join(f"{name}::{entity.column(name).sql_type}" for name in names)
    arrays = ", ".join("%s::text[]" for _ in names)
    statement = (
        f"select md5(row({', '.join(names)}, is_deleted)::text)::uuid::text, row({', '.join(names)})::text "
        f"from (select {typed_columns}, false as is_deleted, n from unnest({arrays}) "
        f"with ordinality as t ({', '.join(names)}, n)) as typed order by n"
    )
    return ask(statement, *texts.values())


def _server_keeps(entity: Entity, columns: dict[str, pa.Array]) -> list[str]:
    """Each row as the server shows it after a binary COPY."""
    shape = ", ".join(f"{column.name} {column.sql_type}" for column in entity.columns)
    places = pa.array(np.arange(len(columns["is_deleted"]), dtype=np.int64))
    copied = encode({"place": places, **columns})
    with connect() as connection:
        connection.execute(f"create temporary table kept (place bigint, is_deleted boolean, {shape})".encode())
        statement = f"copy kept ({', '.join(copied.names)}) from stdin (format binary)"
        with connection.cursor().copy(statement.encode()) as copy:
            for piece in (HEADER, copied.rows, TRAILER):
                copy.write(piece)
        listed = ", ".join(entity.column_names)
        return [row[0] for row in connection.execute(f"select row({listed})::text from kept order by place".encode())]


@pytest.mark.parametrize("name", sorted(entities()))
@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_hash_and_row_are_those_that_the_server_makes_of_the_text(
    warehouse: Settings, name: str, data: st.DataObject
) -> None:
    entity = entities()[name]
    count = data.draw(st.integers(1, 4))
    texts, columns = {}, {"is_deleted": pa.array([False] * count)}
    for column in entity.columns:
        cells = st.none() if column.added else _cells(column.type)
        texts[column.name] = data.draw(st.lists(cells, min_size=count, max_size=count))
        columns[column.name], wrong = typed.read(column.type, pa.array(texts[column.name], pa.string()))
        assert not wrong.any(), (column.name, texts[column.name])
    expected = _server_sees(entity, {column.name: texts[column.name] for column in entity.columns if not column.added})
    hashes = [row.tobytes().hex() for row in content_hashes(entity, columns)]
    assert hashes == [str(row[0]).replace("-", "") for row in expected]
    assert [row.removesuffix("," * _added(entity) + ")") for row in _server_keeps(entity, columns)] == [
        row[1].removesuffix(")") for row in expected
    ]


def _added(entity: Entity) -> int:
    return sum(column.added for column in entity.columns)


def test_a_column_that_was_added_later_tells_versions_apart_only_where_it_is_known() -> None:
    entity = entities()["customer"]
    assert [column.name for column in entity.columns if column.added] == ["account_type_code"]
    columns = {column.name: pa.nulls(4, typed.ARROW_TYPES[column.type]) for column in entity.columns}
    columns["is_deleted"] = pa.array([False] * 4)
    before = content_hashes(replace(entity, columns=entity.columns[:-1]), columns)
    columns["account_type_code"] = pa.array([None, "savings", "current", "savings"])
    hashes = [row.tobytes() for row in content_hashes(entity, columns)]
    assert hashes[0] == before[0].tobytes()
    assert len(set(hashes)) == 3
    assert hashes[1] == hashes[3]


@pytest.mark.parametrize("kind", ["date", "timestamp"])
@settings(max_examples=400, deadline=None)
@given(data=st.data())
@example(data=None)
def test_times_in_their_usual_spelling_are_read_as_the_pattern_reads_them(
    kind: str, data: st.DataObject | None
) -> None:
    usual = "2024-02-29" if kind == "date" else "2024-02-29T23:59:59+14:59"
    if data is None:  # each place of the usual spelling, with every character
        cells = [usual[:at] + chr(code) + usual[at + 1 :] for at in range(len(usual)) for code in range(32, 127)]
    else:
        digits = st.text("0123456789", min_size=len(usual), max_size=len(usual))
        mixed = digits.map(lambda text: "".join(d if u.isdigit() else u for d, u in zip(text, usual, strict=True)))
        cells = data.draw(st.lists(st.one_of(mixed, st.sampled_from(ODD_CELLS[kind]), st.none()), min_size=1))
    values, wrong = typed.read(kind, pa.array(cells, pa.string()))
    pattern = pa.compute.match_substring_regex(pa.array(cells, pa.string()), typed.PATTERNS[kind]).to_pylist()
    assert wrong.tolist() == [is_one is False for is_one in pattern]
    assert [value is None for value in values.to_pylist()] == [not is_one for is_one in pattern]
    right = [cell for cell, is_one in zip(cells, pattern, strict=True) if is_one]
    assert values.drop_null() == pa.array(right, pa.string()).cast(typed.ARROW_TYPES[kind])


@pytest.mark.parametrize("kind", ["integer", "numeric"])
@settings(max_examples=400, deadline=None)
@given(data=st.data())
def test_numbers_are_read_as_the_pattern_reads_them_whatever_stands_beside_them(kind: str, data: st.DataObject) -> None:
    plain = st.from_regex(r"-?[0-9]{1,15}(\.[0-9]{1,5})?", fullmatch=True, alphabet="-.0123456789")
    near = st.one_of(plain, st.text("0123456789.-+9", min_size=1, max_size=21), st.sampled_from(ODD_CELLS[kind]))
    cells = data.draw(st.lists(st.one_of(st.none(), plain, data.draw(st.sampled_from([plain, near]))), min_size=1))
    text = pa.array(["beside", *cells, "beside"], pa.string()).slice(1, len(cells))
    values, wrong = typed.read(kind, text)
    pattern = pa.compute.match_substring_regex(text, typed.PATTERNS[kind]).to_pylist()
    rounded = pa.compute.match_substring_regex(text, typed.ROUNDS_TO_15_DIGITS).to_pylist()
    right = [fits and not (kind == "numeric" and long) for fits, long in zip(pattern, rounded, strict=True)]
    assert wrong.tolist() == [fits is not None and not is_one for fits, is_one in zip(pattern, right, strict=True)]
    assert values.to_pylist() == [
        (int(cell) if kind == "integer" else Decimal(cell).quantize(typed.CENT_OF_CENT, ROUND_HALF_UP))
        if cell is not None and is_one
        else None
        for cell, is_one in zip(cells, right, strict=True)
    ]


@pytest.mark.parametrize("few", [0, 10, 10_000])
@pytest.mark.parametrize("lanes", [64, 100_000])
def test_md5_of_many_cells_at_once_is_that_of_each(monkeypatch: pytest.MonkeyPatch, lanes: int, few: int) -> None:
    monkeypatch.setattr(md5, "LANES", lanes)
    monkeypatch.setattr(md5, "FEW_CELLS", few)
    chance = random.Random(few)
    lengths = [*range(200), *(chance.randrange(100, 160) for _ in range(2_000)), 5_000, 700]
    for count in (1, 199, len(lengths)):
        cells = [chance.randbytes(length) for length in lengths[-count:]]
        column = pa.array([b"before", *cells, b"behind"], pa.binary()).slice(1, count)
        assert [row.tobytes() for row in md5.digests(column)] == [hashlib.md5(cell).digest() for cell in cells]
    assert md5.digests(pa.array([], pa.binary())).shape == (0, md5.DIGEST_BYTES)
