"""Promises of the CSV reader: every row once, with the line it begins in, whatever the size of its blocks."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from loudong.landing import csv_file
from loudong.landing.batch import UnreadableFileError

HEADER = ["a", "b", "c"]
PIECES = [
    *(b"1", b"x", b",", b"\n", b"\r\n", b"\r", b'"', b'""', b"\xff", "中".encode(), b"\0"),
    *(b"1,2,3\n", b'1,"p\nq",3\n', b'"4","5","6"\r\n', b"7,8\n"),
]
Row = tuple[int, tuple[bytes, ...] | str]


def _read(path: Path) -> list[Row]:
    """Rows of the file with their lines: cells, or the text of a row that cannot be split."""
    rows: list[Row] = []
    for batch in csv_file.read_batches(path, HEADER):
        cells = zip(*(batch.cells[name].to_pylist() for name in HEADER), strict=True)
        rows += zip(batch.lines.to_pylist(), cells, strict=True)
        rows += [(bad.line, bad.raw_row) for bad in batch.bad_lines]
    return sorted(rows, key=lambda row: row[0])


def _expected(data: bytes) -> list[Row] | None:
    """The same, byte by byte; None when a quote is never closed."""
    rows: list[Row] = []
    at, line = 0, 2
    while at < len(data):
        start, first, torn, quoted, cells, cell = at, line, False, False, [], None
        while at < len(data):
            byte = data[at : at + 1]
            breaks = byte == b"\n" or (byte == b"\r" and data[at + 1 : at + 2] != b"\n")
            at += 1
            if quoted and byte == b'"' and data[at : at + 1] == b'"':
                cell, at = cell + byte, at + 1
            elif quoted and byte == b'"':
                quoted = False
                torn = torn or data[at : at + 1] not in (b"", b",", b"\r", b"\n")
            elif quoted:
                cell, line = cell + byte, line + breaks
            elif byte == b'"' and cell is None:
                quoted, cell = True, b""
            elif byte == b",":
                cells, cell = [*cells, cell or b""], None
            elif byte in b"\r\n":
                at += byte + data[at : at + 1] == b"\r\n"
                break
            else:
                cell = (cell or b"") + byte
        else:
            byte = b""
        if quoted:
            return None
        cells.append(cell or b"")
        raw = data[start:at].rstrip(b"\r\n")
        is_whole = len(cells) == len(HEADER) and not (torn and line > first)
        text = raw.decode("utf-8", "backslashreplace").replace("\0", "\\x00")
        rows.append((first, tuple(cells) if is_whole else text if raw else (b"", b"", b"")))
        line += 1
    return rows


@settings(deadline=None, max_examples=500)
@given(st.lists(st.sampled_from(PIECES), max_size=40).map(b"".join), st.sampled_from([24, 40, 100, 1 << 20]))
def test_rows_cells_and_lines_are_those_of_a_reader_that_goes_byte_by_byte(
    tmp_path_factory: pytest.TempPathFactory, body: bytes, block_bytes: int
) -> None:
    path = tmp_path_factory.getbasetemp() / "any.csv"
    path.write_bytes(b"a,b,c\n" + body)
    expected = _expected(body)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(csv_file, "BLOCK_BYTES", block_bytes)
        try:
            found = _read(path)
        except UnreadableFileError:
            found = None
    too_long = found is None and len(body) > block_bytes  # a row may be no longer than a block
    assert found == expected or too_long


@pytest.mark.parametrize("block_bytes", [64, 1 << 20])
def test_a_line_is_the_line_of_the_file_in_which_the_row_begins(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, block_bytes: int
) -> None:
    monkeypatch.setattr(csv_file, "BLOCK_BYTES", block_bytes)
    rows = [f"{number},two,three" for number in range(100)]
    rows[10], rows[50], rows[90] = '10,"two\nlines",three', "50,short", '90,"three\n\nlines"'
    path = tmp_path / "lines.csv"
    path.write_text("\n".join(["a,b,c", *rows]))
    lines = path.read_text().split("\n")
    found = _read(path)
    assert len(found) == 100
    for line, cells in found:
        first = cells.split(",")[0] if isinstance(cells, str) else cells[0].decode()
        assert lines[line - 1].startswith(f"{first},")
    assert [cells for _, cells in found if isinstance(cells, str)] == ["50,short", '90,"three\n\nlines"']


@pytest.mark.parametrize("last", ['7,"eight,nine', '7,8,"nine', '7,8,9\n"'])
def test_a_quote_that_is_never_closed_makes_the_file_unreadable_and_its_line_is_named(
    tmp_path: Path, last: str
) -> None:
    path = tmp_path / "open.csv"
    path.write_text(f"a,b,c\n1,2,3\n{last}\n1,2,3\n1,2,3\n")
    line = 4 if last.endswith('\n"') else 3
    with pytest.raises(UnreadableFileError, match=f"the row that begins in line {line} is never closed"):
        _read(path)


def test_a_row_longer_than_a_block_makes_the_file_unreadable(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(csv_file, "BLOCK_BYTES", 64)
    path = tmp_path / "long.csv"
    path.write_text("a,b,c\n1,2,3\n4,5," + "6" * 200 + "\n")
    with pytest.raises(UnreadableFileError, match="begins in line 3 is longer than 64 bytes"):
        _read(path)


def test_an_open_quote_that_meets_a_later_one_does_not_swallow_the_rows_between(tmp_path: Path) -> None:
    path = tmp_path / "torn.csv"
    path.write_text('a,b,c\n1,2,"three"\n4,5,"six\n7,8,"nine"\n10,11,"twelve"\n')
    batch = next(iter(csv_file.read_batches(path, HEADER)))
    assert batch.cells["a"].to_pylist() == [b"1", b"10"]
    (bad,) = batch.bad_lines
    assert (bad.line, bad.raw_row, bad.reason_code) == (3, '4,5,"six\n7,8,"nine"', "open_quote")


@pytest.mark.parametrize(
    ("header", "reason"),
    [
        (b'a,"b,c\n', "its header is not CSV"),
        (b"a,b\rc\n", "its header is not CSV"),
        (b"\xff\xfea,b\n", "its header is not UTF-8 text"),
        (b"a" * 100_000 + b",b\n", "its header is longer than 65,536 bytes"),
    ],
)
def test_a_header_that_is_none_is_refused_with_a_reason(tmp_path: Path, header: bytes, reason: str) -> None:
    path = tmp_path / "header.csv"
    path.write_bytes(header)
    with pytest.raises(UnreadableFileError, match=reason):
        csv_file.read_header(path)
