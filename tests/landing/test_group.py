"""Promises of loading many files at once: each is counted for itself, whichever way its rows went in."""

from pathlib import Path

import pyarrow as pa
import pytest
from landing.delivering import OBSERVED, ask, counts, payment, payments, result_of, set_aside, write

from loudong.landing import chunk
from loudong.landing import group as grouping
from loudong.landing.load import load_folder
from loudong.landing.turns import Turns


def test_files_that_share_rows_with_each_other_and_with_what_landed_are_counted_one_by_one(folder: Path) -> None:
    write(folder, "payment", "share0.csv", payments(payment("share0")))
    load_folder(folder)
    write(folder, "payment", "share1.csv", payments(payment("share1"), payment("share1"), payment("bad1", "ten")))
    write(folder, "payment", "share2.csv", payments(payment("share0"), payment("share1"), payment("share2")))
    write(folder, "payment", "share3.csv", payments(payment("share3"), payment("bad3", customer="C9")))
    summary = load_folder(folder)
    assert counts(summary, "share1.csv") == (3, 1, 1, 1)
    assert counts(summary, "share2.csv") == (3, 1, 2, 0)
    assert counts(summary, "share3.csv") == (2, 1, 0, 1)
    assert [row[:2] for row in set_aside("share1.csv")] == [(4, "wrong_type")]
    assert [row[:2] for row in set_aside("share3.csv")] == [(3, "unknown_customer")]
    assert ask("select sum(row_count) from ops.delivery where entity = 'payment'") == ask(
        "select count(*) from landing.payment"
    )


@pytest.mark.parametrize("known", [False, True])
@pytest.mark.parametrize("is_cut", [False, True])
def test_a_file_of_several_batches_is_one_unit_too(
    folder: Path, monkeypatch: pytest.MonkeyPatch, known: bool, is_cut: bool
) -> None:
    """Known to its last row or not, cut off in its last block or not: all of it lands, or nothing."""
    monkeypatch.setattr("loudong.landing.csv_file.BLOCK_BYTES", 4096)
    name = f"large-{known}-{is_cut}"
    lines = [payment(f"{name}-{number}") for number in range(300)]
    write(folder, "payment", f"{name}-a.csv", payments(payment(f"{name}-before"), *(lines[-1:] if known else [])))
    load_folder(folder)
    write(folder, "payment", f"{name}-b.csv", payments(payment(f"{name}-beside")))
    text = payments(*lines) + ('"open' if is_cut else "")
    write(folder, "payment", f"{name}-c.csv", text)
    write(folder, "payment", f"{name}-d.csv", payments(payment(f"{name}-beside"), payment(f"{name}-after")))
    summary = load_folder(folder)
    assert result_of(summary, f"{name}-c.csv").state == ("refused" if is_cut else "loaded")
    expected = (0, 0, 0, 0) if is_cut else (300, 300 - known, int(known), 0)
    assert counts(summary, f"{name}-c.csv") == expected
    assert counts(summary, f"{name}-d.csv") == (2, 1, 1, 0)


def test_files_of_other_headers_do_not_mix(folder: Path) -> None:
    write(folder, "payment", "mix1.csv", payments(payment("mix1")))
    turned = "observed_at,paid_amount,payment_id,customer_id,payment_date"
    write(
        folder, "payment", "mix2.csv", f"{turned}\n{OBSERVED},7,mix2,C1,2026-01-30\n{OBSERVED},x,mix3,C1,2026-01-30\n"
    )
    summary = load_folder(folder)
    assert counts(summary, "mix1.csv") == (1, 1, 0, 0)
    assert counts(summary, "mix2.csv") == (2, 1, 0, 1)
    assert ask("select paid_amount::integer from landing.payment where payment_id = 'mix2'") == [(7,)]
    assert ask("select header from ops.quarantine where path like %s", "%/mix2.csv") == [(turned,)]


def test_a_file_that_turns_out_unreadable_among_small_ones_is_refused_alone(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("among1", "among2", "among3"):
        write(folder, "payment", f"{name}.csv", payments(payment(name)))
    check = chunk.check

    def check_all_but(batch, *rest):  # type: ignore[no-untyped-def]
        if b"among2" in batch.cells["payment_id"].to_pylist():
            raise pa.ArrowInvalid("as if Arrow could not read it")
        return check(batch, *rest)

    monkeypatch.setattr(chunk, "check", check_all_but)
    summary = load_folder(folder)
    assert [result.file.path.name for result in summary.refused] == ["among2.csv"]
    assert counts(summary, "among1.csv") == counts(summary, "among3.csv") == (1, 1, 0, 0)
    assert ask("select count(*) from landing.payment where payment_id = 'among2'") == [(0,)]


def test_rows_of_more_than_one_chunk_all_land(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(grouping, "CHUNK_ROWS", 5)
    for number in range(7):
        write(folder, "payment", f"chunk{number}.csv", payments(*(payment(f"chunk{number}-{n}") for n in range(3))))
    summary = load_folder(folder)
    assert all(counts(summary, f"chunk{number}.csv") == (3, 3, 0, 0) for number in range(7))


def test_groups_take_turns_on_as_many_connections_as_work_at_once(folder: Path) -> None:
    with Turns() as turns:
        with turns.take() as one, turns.take() as other:
            assert one is not other
            assert one.execute("select 1").fetchone() == (1,)
        with turns.take() as again:
            assert again in (one, other)
    assert one.closed
    assert other.closed
