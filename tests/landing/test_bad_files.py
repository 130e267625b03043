"""Promises of landing about bad files: a bad cell costs its row, an unreadable file costs itself, nothing vanishes."""

import tracemalloc
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet
import pytest
from landing.delivering import (
    CUSTOMER_HEADER,
    DAY,
    OBSERVED,
    PAYMENT_HEADER,
    ask,
    counts,
    customers,
    payment,
    payments,
    result_of,
    set_aside,
    write,
)

from loudong.landing import csv_file, quarantine
from loudong.landing.load import load_folder
from loudong.warehouse.connect import connect

BARE_HEADER = PAYMENT_HEADER.removesuffix(",observed_at")


def test_a_file_in_which_every_row_has_the_wrong_width_is_counted_and_set_aside(folder: Path) -> None:
    write(folder, "payment", "narrow.csv", payments("n1,C1,K1", "n2,C1,K1", "n3,C1"))
    assert counts(load_folder(folder), "narrow.csv") == (3, 0, 0, 3)
    assert set_aside("narrow.csv") == [
        (2, "wrong_column_count", "n1,C1,K1"),
        (3, "wrong_column_count", "n2,C1,K1"),
        (4, "wrong_column_count", "n3,C1"),
    ]


def test_a_file_with_a_quote_that_is_never_closed_is_refused_by_name(folder: Path) -> None:
    rows = [payment(f"q{number}") for number in range(5)]
    rows[1] = rows[1].replace("bank", '"bank')
    write(folder, "payment", "quote.csv", payments(*rows))
    summary = load_folder(folder)
    assert [result.file.path.name for result in summary.refused] == ["quote.csv"]
    assert counts(summary, "quote.csv") == (0, 0, 0, 0)
    assert f"refused: payment/{DAY}/quote.csv: a quote in the row that begins in line 3" in "\n".join(summary.lines())


def test_an_open_quote_that_meets_a_later_one_costs_the_rows_between_and_no_replay_lands_them(folder: Path) -> None:
    header = "payment_id,customer_id,payment_date,paid_amount,observed_at,channel_code"
    rows = [f'torn{number},C1,2026-01-30,1,{OBSERVED},"bank"' for number in range(4)]
    rows[1] = rows[1].removesuffix('"')
    write(folder, "payment", "torn.csv", "\n".join([header, *rows]) + "\n")
    assert counts(load_folder(folder), "torn.csv") == (3, 2, 0, 1)
    assert set_aside("torn.csv") == [(3, "open_quote", f"{rows[1]}\n{rows[2]}")]
    quarantine.replay("payment")
    assert ask("select payment_id from landing.payment where payment_id like 'torn%%' order by 1") == [
        ("torn0",),
        ("torn3",),
    ]


# Name of the case -> a row that holds the cell, and the reason it is refused for.
IMPOSSIBLE = {
    "offset-24": (payment("bad", observed="2026-01-30T10:00:00+24:00"), "wrong_type"),
    "offset-99": (payment("bad", observed="2026-01-30T10:00:00+99:99"), "wrong_type"),
    "offset-60": (payment("bad", observed="2026-01-30T10:00:00+08:60"), "wrong_type"),
    "second-60": (payment("bad", observed="2026-01-30T10:00:60+08:00"), "wrong_type"),
    "year-0-moment": (payment("bad", observed="0000-01-01T10:00:00+08:00"), "wrong_type"),
    "year-0-date": (payment("bad").replace("2026-01-30", "0000-01-30"), "wrong_type"),
    "year-26": (payment("bad").replace("2026-01-30", "0026-01-30"), "wrong_type"),
    "day-29": (payment("bad").replace("2026-01-30", "2025-02-29"), "wrong_type"),
    "day-30": (payment("bad").replace("2026-01-30", "2024-02-30"), "wrong_type"),
    "rounds-over": (payment("bad", "99999999999999.99999"), "wrong_type"),
    "rounds-under": (payment("bad", "-99999999999999.99995"), "wrong_type"),
    "digits": (payment("bad", "1." + "0" * 20_000), "wrong_type"),
    "long-key": (payment("".join(chr(0x4E00 + number) for number in range(5000))), "out_of_range"),
    "nul": (payment("bad").replace("bank", "ba\0nk"), "bad_encoding"),
}


@pytest.mark.parametrize("suffix", ["csv", "parquet"])
@pytest.mark.parametrize("name", IMPOSSIBLE)
def test_a_cell_that_postgresql_or_arrow_cannot_hold_costs_its_row_alone(folder: Path, name: str, suffix: str) -> None:
    row, reason_code = IMPOSSIBLE[name]
    file, good = f"{name}.{suffix}", payment(f"good-{name}-{suffix}")
    if suffix == "csv":
        write(folder, "payment", file, payments(good, row))
    else:
        columns = zip(good.split(","), row.split(","), strict=True)
        table = pa.table(dict(zip(PAYMENT_HEADER.split(","), map(list, columns), strict=True)))
        pyarrow.parquet.write_table(table, write(folder, "payment", file, ""))
    assert counts(load_folder(folder), file) == (2, 1, 0, 1)
    ((line, code, raw),) = set_aside(file)
    assert (line, code) == (3 if suffix == "csv" else 2, reason_code)
    assert str(raw)[:3] == row[:3]


def test_a_nul_in_a_short_row_costs_the_row_alone(folder: Path) -> None:
    write(folder, "payment", "nul-short.csv", payments(payment("nul-short"), "bad,C1\0,K1"))
    assert counts(load_folder(folder), "nul-short.csv") == (2, 1, 0, 1)
    assert set_aside("nul-short.csv") == [(3, "wrong_column_count", "bad,C1\\x00,K1")]


def test_the_outermost_values_that_are_allowed_land(folder: Path) -> None:
    header = "contract_id,customer_id,contract_type_code,signed_date,start_date,end_date,limit_amount,observed_at"
    rows = [
        "far1,C1,lease,1000-01-01,1000-01-01,9999-12-31,99999999999999.99994,2026-01-30T23:59:59.999999+14:00",
        "far2,C1,lease,2024-02-29,2000-02-29,,+0.5,2026-01-30 00:00-12:00",
        "far3,C1,lease,2025-01-01,2025-01-01,,1e2,2026-01-30T00:00:00Z",
    ]
    write(folder, "contract", "far.csv", "\n".join([header, *rows]) + "\n")
    assert counts(load_folder(folder), "far.csv") == (3, 2, 0, 1)
    assert ask("select end_date::text, limit_amount::text from landing.contract where contract_id like 'far%%'") == [
        ("9999-12-31", "99999999999999.9999"),
        (None, "0.5000"),
    ]


def test_moments_at_the_edge_of_time_do_not_stop_a_load(folder: Path) -> None:
    header = "transaction_id,customer_id,transaction_at,direction_code,transaction_amount,observed_at"
    moments = ["1000-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "0999-12-31T00:00:00Z"]
    rows = [f"edge{number},C1,{moment},in,1,{OBSERVED}" for number, moment in enumerate(moments)]
    write(folder, "transaction", "edge.csv", "\n".join([header, *rows]) + "\n")
    assert counts(load_folder(folder), "edge.csv") == (3, 1, 0, 2)
    assert [row[:2] for row in set_aside("edge.csv")] == [(3, "future_date"), (4, "wrong_type")]


def _parquet(folder: Path, name: str, **columns: object) -> None:
    """A file of two payments; `columns` replace or join those of `payment`."""
    rows = [payment(f"{name}{number}").split(",") for number in (1, 2)]
    found: dict[str, object] = dict(zip(PAYMENT_HEADER.split(","), map(list, zip(*rows, strict=True)), strict=True))
    path = write(folder, "payment", f"{name}.parquet", "")
    pyarrow.parquet.write_table(pa.table(found | columns), path)


def test_a_parquet_column_without_text_is_left_out_or_refuses_its_file_by_name(folder: Path) -> None:
    _parquet(folder, "list-unknown", tags=[["a"], ["b", "c"]], customer_id=["C1", "C999"])
    _parquet(folder, "list-known", paid_amount=[[1.5], [2.5]])
    _parquet(folder, "no-moment", observed_at=pa.array([2**60, 0], pa.timestamp("ms", tz="UTC")))
    write(folder, "payment", "beside.csv", payments(payment("beside")))
    summary = load_folder(folder)
    assert counts(summary, "list-unknown.parquet") == (2, 1, 0, 1)
    assert "unknown column(s) tags are not kept" in str(result_of(summary, "list-unknown.parquet").reason)
    refused = {result.file.path.name: str(result.reason) for result in summary.refused}
    assert refused.keys() == {"list-known.parquet", "no-moment.parquet"}
    assert "its column paid_amount (list<" in refused["list-known.parquet"]
    assert "its column observed_at (timestamp[" in refused["no-moment.parquet"]
    assert [counts(summary, name) for name in refused] == [(0, 0, 0, 0)] * 2
    assert counts(summary, "beside.csv") == (1, 1, 0, 0)


def test_a_parquet_moment_without_a_zone_is_refused_as_in_csv(folder: Path) -> None:
    moments = [datetime(2026, 1, 30, 10), None]
    _parquet(folder, "bare", observed_at=pa.array(moments, pa.timestamp("ns")))
    _parquet(folder, "zoned", observed_at=pa.array(moments, pa.timestamp("ms", tz="Asia/Shanghai")))
    write(folder, "payment", "bare.csv", payments(payment("bare3", observed="2026-01-30T10:00:00")))
    summary = load_folder(folder)
    assert counts(summary, "bare.parquet") == (2, 1, 0, 1)
    assert counts(summary, "bare.csv") == (1, 0, 0, 1)
    reasons = ask("select reason from ops.quarantine where path like '%%/bare.%%' order by path")
    assert [str(reason).split(", like")[0] for (reason,) in reasons] == [
        "observed_at is '2026-01-30T10:00:00', not a moment with its zone",
        "observed_at is '2026-01-30T10:00:00.000000', not a moment with its zone",
    ]
    assert counts(summary, "zoned.parquet") == (2, 2, 0, 0)
    assert ask("select observed_at from landing.payment where payment_id = 'zoned1'") == [
        (datetime(2026, 1, 30, 10, tzinfo=UTC),)
    ]


def test_bytes_of_a_parquet_column_that_are_no_text_cost_their_row_alone(folder: Path) -> None:
    _parquet(folder, "bytes", channel_code=[b"bank", b"b\0\xe9nk"])
    assert counts(load_folder(folder), "bytes.parquet") == (2, 1, 0, 1)
    ((line, code, raw),) = set_aside("bytes.parquet")
    assert (line, code) == (2, "bad_encoding")
    assert "b\\x00\\xe9nk" in str(raw)


def test_a_parquet_file_that_names_a_column_twice_is_refused(folder: Path) -> None:
    columns = {name: ["x"] for name in PAYMENT_HEADER.split(",")}
    table = pa.Table.from_arrays([*map(pa.array, columns.values()), pa.array(["y"])], names=[*columns, "channel_code"])
    pyarrow.parquet.write_table(table, write(folder, "payment", "twice.parquet", ""))
    (refused,) = load_folder(folder).refused
    assert refused.reason == "its header names channel_code twice"


def test_rows_of_several_lines_and_blocks_land_with_the_lines_they_begin_in(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(csv_file, "BLOCK_BYTES", 1000)
    rows = [payment(f"block{number:03}") for number in range(200)]
    for number in (5, 120):
        rows[number] = rows[number].replace("bank", f'"two\nlines, {number}"')
    rows[7], rows[150], rows[199] = "block007,short", payment("block150", "ten"), "block199,short"
    rows[170] = payment("block170", "ten").replace("bank", '"one\n""two"""')
    path = write(folder, "payment", "blocks.csv.gz", payments(*rows))
    assert counts(load_folder(folder), "blocks.csv.gz") == (200, 196, 0, 4)
    text = payments(*rows).split("\n")
    found = ask(
        "select file_line, payment_id from landing.payment where payment_id like 'block%%' "
        "union all select line, left(raw_row, 8) from ops.quarantine where path like %s",
        f"%{path.name}",
    )
    assert len(found) == 200
    for line, key in found:
        assert text[int(str(line)) - 1].startswith(f"{key},")
    assert ask("select channel_code from landing.payment where payment_id = 'block120'") == [("two\nlines, 120",)]
    assert [row[2] for row in set_aside("blocks.csv.gz")] == [rows[7], rows[150], rows[170], rows[199]]


def test_a_quarantined_row_of_several_lines_can_be_replayed(folder: Path) -> None:
    row = payment("lines", customer="C55").replace("bank", '"one\ntwo"')
    write(folder, "payment", "lines.csv", payments(row))
    assert counts(load_folder(folder), "lines.csv") == (1, 0, 0, 1)
    write(folder, "customer", "c55.csv", customers("C55"))
    load_folder(folder)
    assert quarantine.replay("payment").landed == 1
    assert ask("select channel_code from landing.payment where payment_id = 'lines'") == [("one\ntwo",)]


def test_a_short_row_that_is_not_utf_8_is_set_aside_and_the_rest_lands(
    folder: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    rows = [
        payment("utf1").encode(),
        b"utf2,C1,\xd6\xd0\xb9\xfa",
        payment("utf3").replace("bank", "银行").encode(),
        payment("utf4").encode().replace(b"bank", b"b\xe9nk"),
    ]
    write(folder, "payment", "latin.csv", b"\n".join([PAYMENT_HEADER.encode(), *rows]))
    assert counts(load_folder(folder), "latin.csv") == (4, 2, 0, 2)
    assert set_aside("latin.csv") == [
        (3, "wrong_column_count", "utf2,C1,\\xd6й\\xfa"),
        (5, "bad_encoding", payment("utf4").replace("bank", "b\\xe9nk")),
    ]
    assert ask("select channel_code from landing.payment where payment_id = 'utf3'") == [("银行",)]
    assert "Exception ignored" not in "".join(capfd.readouterr())


def test_a_replayed_row_is_known_from_the_replay_when_its_day_was_published_since(folder: Path) -> None:
    day = "2026-01-29"
    for key in ("late1", "late2"):
        row = payment(key, customer=f"C-{key}").replace("2026-01-30", day).removesuffix(f",{OBSERVED}")
        write(folder, "payment", f"{key}.csv", f"{BARE_HEADER}\n{row}\n", day)
    load_folder(folder)
    end = datetime(2026, 1, 29, 16, tzinfo=UTC) - timedelta(microseconds=1)
    write(folder, "customer", "late1.csv", customers("C-late1"))
    load_folder(folder)
    assert quarantine.replay("payment").landed == 1
    with connect() as connection:
        connection.execute(
            "insert into ops.run (run_id, kind, as_of_date, as_of_dates, state, holder, code_version, ended_at) "
            "values ('late', 'daily', %s, array[%s::date], 'published', 'test', 'test', now())",
            (day, day),
        )
        connection.execute(
            "insert into ops.publication (as_of_date, run_id, result_hash) values (%s, 'late', 'x')", (day,)
        )
    write(folder, "customer", "late2.csv", customers("C-late2"))
    load_folder(folder)
    before = datetime.now(UTC)
    assert quarantine.replay("payment").landed == 1
    found = dict(ask("select payment_id, observed_at from landing.payment where payment_id in ('late1', 'late2')"))
    assert found["late1"] == end
    assert before <= found["late2"] <= datetime.now(UTC)  # type: ignore[operator]


def _peak(folder: Path, rows: int) -> int:
    write(folder, "customer", f"bad{rows}.csv", CUSTOMER_HEADER + "\n" + "C1,nodate,person,nodate,never\n" * rows)
    tracemalloc.start()
    try:
        summary = load_folder(folder)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert counts(summary, f"bad{rows}.csv") == (rows, 0, 0, rows)
    return peak


def test_memory_does_not_grow_with_the_number_of_bad_rows(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(csv_file, "BLOCK_BYTES", 32 * 1024)
    load_folder(folder)
    _peak(folder, 2_000)
    assert _peak(folder, 40_000) < 2 * _peak(folder, 4_000)


def test_bad_rows_of_a_file_that_turns_out_unreadable_are_not_kept(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(csv_file, "BLOCK_BYTES", 1000)
    rows = [payment(f"half{number}", "ten" if number % 2 else 1) for number in range(500)]
    write(folder, "payment", "before.csv", payments(payment("before", "ten")))
    write(folder, "payment", "half.csv", payments(*rows, '"'))
    write(folder, "payment", "next.csv", payments(payment("next", "ten"), payment("next")))
    summary = load_folder(folder)
    assert [result.file.path.name for result in summary.refused] == ["half.csv"]
    assert counts(summary, "half.csv") == (0, 0, 0, 0)
    assert counts(summary, "before.csv") == (1, 0, 0, 1)
    assert counts(summary, "next.csv") == (2, 1, 0, 1)
    assert set_aside("half.csv") == []
