"""Promises of the versions: the end of each is known without sorting, whatever came first or died."""

import random
from datetime import date
from pathlib import Path

import pyarrow as pa
import pytest
from landing.delivering import ask, payments, write, wrong_ends

from loudong.landing import load as loading
from loudong.landing import repeats
from loudong.landing.contract import entity
from loudong.landing.load import load_folder
from loudong.landing.versions import settle_all
from loudong.warehouse.connect import connect


def _ends(prefix: str) -> list[tuple]:
    """(payment_id, paid_amount, superseded_at or None) of the versions kept, in order."""
    return ask(
        "select payment_id, paid_amount::integer, to_char(superseded_at at time zone 'Asia/Shanghai', 'DD HH24') "
        "from landing.payment left join landing.payment_superseded "
        "using (customer_id, payment_id, observed_at, content_hash) "
        "where starts_with(payment_id, %s) order by payment_id, observed_at, content_hash",
        prefix,
    )


def _line(name: str, amount: int, day: int, hour: int = 12) -> str:
    return f"{name},C1,K1,2026-01-02,{amount},,bank,2026-01-{day:02d}T{hour:02d}:00:00+08:00"


def test_a_row_with_one_version_has_no_end_and_leaves_no_row(folder: Path) -> None:
    write(folder, "payment", "one.csv", payments(_line("one", 1, 10)))
    load_folder(folder)
    assert _ends("one") == [("one", 1, None)]
    assert ask("select count(*) from landing.payment_superseded where payment_id = 'one'") == [(0,)]


def test_a_then_b_then_a_end_one_after_the_other(folder: Path) -> None:
    write(folder, "payment", "aba.csv", payments(_line("aba", 1, 10), _line("aba", 2, 11), _line("aba", 1, 12)))
    load_folder(folder)
    assert _ends("aba") == [("aba", 1, "11 12"), ("aba", 2, "12 12"), ("aba", 1, None)]


def test_what_arrives_later_but_was_known_earlier_moves_the_end_of_what_stood(folder: Path) -> None:
    write(folder, "payment", "late1.csv", payments(_line("late", 1, 10), _line("late", 3, 20)))
    load_folder(folder)
    assert _ends("late") == [("late", 1, "20 12"), ("late", 3, None)]
    write(folder, "payment", "late2.csv", payments(_line("late", 2, 15)))
    load_folder(folder)
    assert _ends("late") == [("late", 1, "15 12"), ("late", 2, "20 12"), ("late", 3, None)]


def test_of_versions_known_at_once_all_but_one_end_at_once(folder: Path) -> None:
    write(folder, "payment", "tie.csv", payments(_line("tie", 1, 10), _line("tie", 2, 10)))
    load_folder(folder)
    assert [end for _, _, end in _ends("tie")] == ["10 12", None]


@pytest.mark.parametrize("most_keys", [0, 3, 500_000])
@pytest.mark.parametrize("words", [1, 2**20])
def test_ends_are_right_when_a_first_load_fills_an_empty_table(
    folder: Path, monkeypatch: pytest.MonkeyPatch, words: int, most_keys: int
) -> None:
    with connect("admin") as connection:
        connection.execute("truncate landing.payment, landing.payment_superseded")
    monkeypatch.setattr(repeats, "LEAST_WORDS", words)
    monkeypatch.setattr(repeats, "MOST_WORDS", words)
    monkeypatch.setattr(repeats, "MOST_KEYS", most_keys)
    chance = random.Random(words + most_keys)
    lines = [_line(f"first{chance.randrange(30)}", chance.randrange(3), chance.randrange(1, 28)) for _ in range(200)]
    for number in range(8):
        write(folder, "payment", f"first{words}-{most_keys}-{number}.csv", payments(*lines[number::8]))
    load_folder(folder)
    assert len(_ends("first")) > 100
    assert wrong_ends("payment") == []


def test_a_repeated_key_is_never_overlooked_and_few_others_are_taken_for_one() -> None:
    noticed = repeats.Repeats(entity("payment"), 10 * 100_000)
    for first in range(0, 100_000, 10_000):
        names = [f"P{number}" for number in range(first, first + 10_000)] + [f"P{first // 2}"]
        noticed.add({"customer_id": pa.array(["C1"] * len(names)), "payment_id": pa.array(names)})
    assert noticed.keys is not None
    repeated = {("C1", f"P{first // 2}") for first in range(0, 100_000, 10_000)}
    assert repeated <= noticed.keys
    assert len(noticed.keys) < 1_000


def test_a_key_is_noticed_again_beside_keys_of_other_lengths_and_is_not_its_neighbour() -> None:
    """Of several columns each counts, and where a column ends."""
    noticed = repeats.Repeats(entity("credit_score"), 1_000)
    day = date(2025, 1, 31)
    first = [("C1", "bureau", day), ("C1b", "ureau", day), ("C1", "bureau", date(2025, 2, 28)), ("C" * 8, "b", day)]
    second = [("C" * 150, "bureau" * 9, day), ("C1", "bureau", day), ("C" * 9, "b", day)]
    for keys in (first, second):
        columns = zip(("customer_id", "source_code", "score_date"), zip(*keys, strict=True), strict=True)
        noticed.add({name: pa.array(values) for name, values in columns})
    assert noticed.keys == {("C1", "bureau", day)}


@pytest.mark.parametrize("seed", range(3))
def test_ends_are_those_of_sorting_everything_whatever_the_order_of_loading(folder: Path, seed: int) -> None:
    chance = random.Random(seed)
    lines = [
        _line(f"mix{seed}-{chance.randrange(12)}", chance.randrange(3), chance.randrange(1, 28), chance.choice((0, 12)))
        for _ in range(200)
    ]
    for number in range(8):
        write(folder, "payment", f"mix{seed}-{number}.csv", payments(*lines[number::8]))
        if number % 3 == 0:
            load_folder(folder)
    load_folder(folder)
    assert len(_ends(f"mix{seed}")) > 100
    assert wrong_ends("payment") == []


def test_what_a_load_that_died_left_open_is_settled_by_the_next_reader(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(folder, "payment", "died.csv", payments(_line("died", 1, 10), _line("died", 2, 11)))
    with monkeypatch.context() as patch:
        patch.setattr(loading, "settle", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            load_folder(folder)
    assert _ends("died") == [("died", 1, None), ("died", 2, None)]
    with connect(autocommit=True) as connection:
        assert settle_all(connection) == 1
        assert settle_all(connection) == 0
    assert _ends("died") == [("died", 1, "11 12"), ("died", 2, None)]
