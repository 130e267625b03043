"""Promises of late corrections: they are told apart from new data, which is what it would be had they never come."""

import gzip
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

import pytest
from click.testing import CliRunner
from comparison.untouched import checksums
from landing.delivering import ask
from learned_book import END as DAY
from learned_book import MONTH_END_BEFORE, Book, quiet

from loudong.airflow import explained_date_of
from loudong.cli import cli
from loudong.comparison.corrections import Told, tell_late_corrections
from loudong.landing.load import load_folder
from loudong.pipeline import chain
from loudong.warehouse.connect import connect

HEADER = "payment_id,customer_id,contract_id,payment_date,paid_amount,is_deleted,observed_at\n"


@dataclass(frozen=True)
class Move:
    """One change of tier as it is told: steps and points in all, of new data, and of late corrections."""

    whole: tuple[int, int]
    new_data: tuple[int, int]
    late: tuple[int, int]
    is_known: bool


def _moves() -> dict[str, Move]:
    rows = ask(
        "select customer_id, tier_steps, score_points, new_data_steps, new_data_points, late_correction_steps, "
        "late_correction_points, is_late_correction_known from risk.tier_move "
        "inner join ops.publication using (run_id, as_of_date) where superseded_at is null and as_of_date = %s",
        DAY,
    )
    return {row[0]: Move(row[1:3], row[3:5], row[5:7], row[7]) for row in rows}


@dataclass(frozen=True)
class Story:
    """Moves as decided, as told while payments of `customer_id` that were taken back had landed but the date knew
    nothing of it, as decided when it did, and as told then."""

    customer_id: str
    first: dict[str, Move]
    first_told: dict[str, Move]
    second: dict[str, Move]
    second_told: dict[str, Move]
    told: Told
    before: dict[str, object]
    after: dict[str, object]


@pytest.fixture(scope="module")
def story(learned: Book) -> Story:
    first = _moves()
    name, payments = _who_rose_to_medium()
    lines = [
        f"{payment},{name},{contract},{paid_on},{paid},true,{observed_at}"
        for (payment, contract, paid_on, paid), observed_at in zip(
            payments,
            # The first was known before the previous date ended and lands only now, the others became known since.
            [f"{MONTH_END_BEFORE}T20:00:00+08:00", *[f"{DAY}T09:00:00+08:00"] * (len(payments) - 1)],
            strict=True,
        )
    ]
    place = learned.landing / "payment" / str(DAY) / "taken-back.csv.gz"
    place.write_bytes(gzip.compress((HEADER + "\n".join(lines) + "\n").encode()))
    assert load_folder(learned.landing).landed == len(lines)
    tell_late_corrections(DAY, quiet)
    first_told = _moves()
    assert chain.run_day(DAY, None, quiet).state == "published"
    second, before = _moves(), checksums()
    told = tell_late_corrections(DAY, quiet)
    return Story(name, first, first_told, second, _moves(), told, before, checksums())


def _who_rose_to_medium() -> tuple[str, list[tuple[Any, ...]]]:
    """One whose tier rose from low to medium and who had paid more than once before the previous date, with those
    payments."""
    rows = ask(
        "select customer_id, payment_id, contract_id, payment_date, paid_amount from risk.tier_move "
        "inner join ops.publication using (run_id, as_of_date) inner join landing.payment using (customer_id) "
        "where superseded_at is null and as_of_date = %s and tier = 'medium' and previous_tier = 'low' "
        "and paid_amount > 0 and payment_date < %s::date - 100 and not is_deleted "
        "and observed_at < %s::date - 90 order by customer_id, payment_id",
        DAY,
        MONTH_END_BEFORE,
        MONTH_END_BEFORE,
    )
    name = rows[0][0]
    payments = {row[1]: row[1:] for row in rows if row[0] == name}
    assert len(payments) > 1
    return name, list(payments.values())


def test_what_came_late_does_not_change_what_new_data_did(story: Story) -> None:
    both = story.first_told.keys() & story.second_told.keys()
    assert story.customer_id in both
    assert {name: story.first_told[name].new_data for name in both} == {
        name: story.second_told[name].new_data for name in both
    }


def test_payments_taken_back_late_are_the_late_correction_of_who_had_paid_them(story: Story) -> None:
    mine = story.second_told[story.customer_id]
    assert not story.second[story.customer_id].is_known
    assert story.second[story.customer_id].late == (0, 0)
    assert mine.whole[0] == 2
    assert mine.new_data == story.first_told[story.customer_id].new_data
    assert mine.late[0] == 2 - mine.new_data[0]
    assert mine.late[1] < 0


def test_what_the_date_did_not_know_itself_is_not_told(story: Story) -> None:
    assert story.first_told[story.customer_id].whole == story.first[story.customer_id].whole
    assert story.first_told[story.customer_id].late[0] == 0


def test_every_move_is_told_and_only_the_parts_of_new_data_and_late_corrections_change(story: Story) -> None:
    assert story.told.moves == story.told.told == len(story.second_told)
    assert story.told.moved >= 1
    assert all(move.is_known for move in story.second_told.values())
    for name, move in story.second_told.items():
        was = story.second[name]
        assert move.whole == was.whole
        assert [a + b for a, b in zip(move.new_data, move.late, strict=True)] == list(was.new_data)
    assert story.before == story.after
    assert ask("select count(*) from pg_class where relnamespace = 'aside'::regnamespace") == [(0,)]


def test_the_command_says_that_nothing_is_left_to_tell(story: Story) -> None:
    said = CliRunner().invoke(cli, ["late-corrections", "--as-of", str(DAY)])
    assert said.exit_code == 0, said.output
    assert f"of {len(story.second_told):,} changes of tier 0 were told anew" in said.output


def test_without_a_date_the_newest_published_one_is_explained(story: Story) -> None:
    def context(**conf: str) -> dict[str, Any]:
        return {"dag_run": SimpleNamespace(conf=conf)}

    assert explained_date_of(context()) == DAY
    assert explained_date_of(context(as_of_date=str(MONTH_END_BEFORE))) == MONTH_END_BEFORE


def test_a_previous_date_that_was_published_since_is_told_by_the_run_that_stood_then(story: Story) -> None:
    with connect("admin") as connection:
        connection.execute(
            "update risk.tier_move set is_late_correction_known = false, "
            "new_data_steps = new_data_steps + late_correction_steps, late_correction_steps = 0, "
            "new_data_points = new_data_points + late_correction_points, late_correction_points = 0 "
            "where as_of_date = %s",
            (DAY,),
        )
    # It knows by now of the payment taken back that had landed late.
    assert chain.run_day(MONTH_END_BEFORE, None, quiet).state == "published"
    tell_late_corrections(DAY, quiet)
    assert _moves() == story.second_told
