"""Promises of `loudong then-vs-now`: both sides are right, the rows between them are named, nothing else changes."""

import gzip
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from comparison.untouched import checksums
from landing.delivering import ask
from learned_book import END as DAY
from learned_book import Book, quiet

from loudong.cli import cli
from loudong.comparison import render
from loudong.comparison.compare import Comparison, compare
from loudong.errors import LoudongError
from loudong.landing.load import load_folder
from loudong.pipeline import chain, runs
from loudong.warehouse.connect import connect

HEADER = "payment_id,customer_id,contract_id,payment_date,paid_amount,is_deleted,observed_at\n"
TABLES = (
    "marts.fct_customer_features",
    "marts.fct_contract_delinquency",
    "marts.dim_customer",
    "risk.customer_score",
    "risk.customer_tier",
    "risk.alert",
    "ops.publication",
    "staging.policy_tier_cutoff",
    "intermediate.int_state__mark",
    "intermediate.int_repayment__settlement_state",
    "intermediate.int_transactions__sums_state",
)


def _loudong(*arguments: str) -> Result:
    return CliRunner().invoke(cli, list(arguments))


def _deliver(landing: Path, name: str, day: str, *rows: str) -> None:
    place = landing / "payment" / day / f"{name}.csv.gz"
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_bytes(gzip.compress((HEADER + "\n".join(rows) + "\n").encode()))
    summary = load_folder(landing)
    assert (summary.landed, summary.quarantined) == (len(rows), 0)


@dataclass(frozen=True)
class Owing:
    """Somebody past due on a contract of which a payment is known."""

    customer_id: str
    contract_id: str
    past_due_amount: Any
    payment_id: str
    paid_amount: Any


@dataclass(frozen=True)
class Told:
    """What was compared: `late` after rows landed that were known then, `again` when the date was run again, `learned`
    after rows became known since."""

    first: Owing
    second: Owing
    late: Comparison
    stale: list[tuple[object, ...]]
    before: dict[str, object]
    after: dict[str, object]
    again: str
    rerun: dict[str, Any]
    redecided: tuple[object, ...]
    stale_again: list[tuple[object, ...]]
    learned: Comparison


@pytest.fixture(scope="module")
def told(learned: Book) -> Told:
    landing = learned.landing
    first, second = [
        Owing(*row)
        for row in ask(
            "select distinct on (slice.customer_id) slice.customer_id, slice.contract_id, slice.past_due_amount, "
            "payment.payment_id, payment.paid_amount from marts.contract_delinquency as slice "
            "inner join landing.payment using (customer_id, contract_id) where slice.as_of_date = %s "
            "and slice.past_due_amount > 0 and payment.paid_amount > 0 order by 1, payment.payment_id limit 2",
            DAY,
        )
    ]
    # Known before the date ended, landed after it was published.
    key = f"{first.customer_id},{first.contract_id}"
    _deliver(
        landing,
        "late",
        "2026-02-01",
        f"late-1,{key},2026-01-30,{first.past_due_amount},false,2026-01-31T09:00:00+08:00",
    )
    stale = ask("select as_of_date, entity, row_count, run_id, kind from ops.stale_date where kind = 'daily'")
    before = checksums(TABLES)
    late = compare(first.customer_id, DAY, quiet)
    after = checksums(TABLES)
    again = chain.run_day(DAY, None, quiet)
    rerun = _row_of(first.customer_id)
    (redecided,) = ask(
        "select pd, tier, decided_by from risk.customer_score inner join risk.customer_tier "
        "using (run_id, as_of_date, customer_id) where run_id = %s and customer_id = %s",
        again.run_id,
        first.customer_id,
    )
    stale_again = ask("select * from ops.stale_date where as_of_date = %s", DAY)
    # Became known since: a back-dated payment, a payment that turns out to be of another day, one taken back, and one
    # that took effect after the date.
    key = f"{second.customer_id},{second.contract_id}"
    since = "2026-02-05T09:00:00+08:00"
    _deliver(
        landing,
        "learned",
        "2026-02-05",
        f"back-1,{key},2026-01-15,{second.past_due_amount + 1},false,{since}",
        f"{second.payment_id},{key},2026-02-03,{second.paid_amount},false,2026-02-06T09:00:00+08:00",
        f"late-1,{first.customer_id},{first.contract_id},2026-01-30,{first.past_due_amount},true,{since}",
        f"next-1,{key},2026-02-04,1,false,{since}",
    )
    learned = compare(second.customer_id, DAY, quiet)
    return Told(first, second, late, stale, before, after, again.state, rerun, redecided, stale_again, learned)


def _row_of(customer_id: str) -> dict[str, Any]:
    ((row,),) = ask(
        "select to_jsonb(slice) from marts.customer_features as slice where as_of_date = %s and customer_id = %s",
        DAY,
        customer_id,
    )
    assert isinstance(row, dict)
    return row


def test_the_present_side_is_what_a_run_of_the_date_says_when_only_late_rows_are_new(told: Told) -> None:
    assert told.again == "published"
    compared = {one.column: one.now for one in told.late.features if one.column != "is_described"}
    assert len(compared) > 200
    ((now,),) = ask("select %s::jsonb", json.dumps(compared, default=str))
    assert isinstance(now, dict)
    differing = {name for name, value in now.items() if _plain(value) != _plain(told.rerun[name])}
    assert differing == set()


def _plain(value: Any) -> Any:
    """Numbers are written in more than one way in JSON."""
    try:
        return float(value) if value is not None and not isinstance(value, bool) else value
    except ValueError:
        return value


def test_pd_and_tier_of_today_are_those_of_a_run_of_the_date(told: Told) -> None:
    now = {one.column: one.now for one in told.late.decision}
    assert (now["tier"], now["decided_by"]) == told.redecided[1:]
    assert now["pd"] == pytest.approx(told.redecided[0], abs=1e-12)
    assert any(one.differs for one in told.late.decision)


def test_what_differs_is_shown_with_both_values(told: Told) -> None:
    (owed,) = [
        one
        for one in told.late.contracts
        if one.column == "past_due_amount" and one.contract_id == told.first.contract_id
    ]
    assert (owed.then, owed.now) == (told.first.past_due_amount, 0)
    assert any(one.column == "past_due_amount" for one in told.late.differing if one.contract_id is None)


def test_a_comparison_leaves_everything_as_it_was(told: Told) -> None:
    assert told.before == told.after
    assert all(value[0] for value in told.before.values() if isinstance(value, tuple))
    assert ask("select count(*) from pg_class where relnamespace = 'aside'::regnamespace") == [(0,)]
    ((kinds,),) = ask("select array_agg(distinct state) from ops.run where kind = 'comparison'")
    assert kinds == ["done"]
    assert ask(
        "select count(*) from ops.standing_run inner join ops.run using (run_id) where run.kind = 'comparison'"
    ) == [(0,)]


def test_a_row_that_lands_late_makes_the_date_stale_until_it_is_run_again(told: Told) -> None:
    assert told.stale == [(DAY, "payment", 1, told.late.standing.run_id, "daily")]
    assert told.stale_again == []


def test_the_rows_that_made_the_difference_are_named_newest_first(told: Told) -> None:
    assert [(row.entity, row.key["payment_id"], row.change) for row in told.late.rows] == [("payment", "late-1", "new")]
    learned = told.learned.rows
    assert [row.key["payment_id"] for row in learned] == [told.second.payment_id, "back-1"]
    assert learned[0].change == "changed"
    assert learned[0].values["payment_date"][1] == "2026-02-03"
    assert set(learned[0].values) <= {"payment_date", "channel_code"}
    assert (learned[1].change, learned[1].values["paid_amount"][0]) == ("new", None)
    assert (learned[1].path, learned[1].line) == ("payment/2026-02-05/learned.csv.gz", 2)
    assert told.learned.other_rows == {"payment": 1}


def test_the_policy_of_the_run_that_stands_is_applied(told: Told) -> None:
    assert told.late.notes == told.learned.notes == []
    ((version,),) = ask("select policy_version from ops.run where run_id = %s", told.late.standing.run_id)
    assert ask("select distinct policy_version from ops.run where kind = 'comparison'") == [(version,)]


@pytest.fixture(scope="module")
def taken_back(told: Told) -> dict[str, Any]:
    """As the command says it in JSON, after a payment was taken back and among leftovers of a comparison that died."""
    with connect() as connection:
        connection.execute("create table aside.fct_customer_features (run_id text)")
        connection.execute("create view aside.customer_features as select * from aside.fct_customer_features")
    printed = _loudong("then-vs-now", told.first.customer_id, "--as-of", DAY.isoformat(), "--json", "--all")
    assert printed.exit_code == 0, printed.output
    found = json.loads(printed.stdout)
    assert isinstance(found, dict)
    return found


def test_a_row_taken_back_is_named_as_deleted(taken_back: dict[str, Any]) -> None:
    rows = taken_back["landed_rows"]
    assert [(row["key"]["payment_id"], row["change"]) for row in rows] == [("late-1", "deleted")]
    (owed,) = [one for one in taken_back["features"] if one["column"] == "past_due_amount" and one["differs"]]
    assert owed["now"] > owed["then"]


def test_leftovers_of_a_comparison_that_died_are_in_nobodys_way(taken_back: dict[str, Any]) -> None:
    assert ask("select count(*) from pg_class where relnamespace = 'aside'::regnamespace") == [(0,)]


def test_the_command_prints_a_table_and_json(told: Told, taken_back: dict[str, Any]) -> None:
    shown = _loudong("then-vs-now", told.second.customer_id, "--as-of", DAY.isoformat())
    assert shown.exit_code == 0, shown.output
    for part in (
        "then: known before 2026-02-01 00:00:00+08:00",
        "past_due_amount",
        "back-1",
        "payment_date",
        "-> 2026-02-03",
    ):
        assert part in shown.stdout
    assert "next-1" not in shown.stdout
    found = json.loads(render.as_json(told.learned, show_all=True))
    for said in (found, taken_back):
        assert {one["column"] for one in said["features"]} > {"past_due_amount", "industry_code"}
    assert [row["key"]["payment_id"] for row in found["landed_rows"]] == [told.second.payment_id, "back-1"]


@pytest.mark.parametrize(
    ("customer_id", "day", "complaint"),
    [
        ("nobody", DAY.isoformat(), "unknown customer nobody"),
        ("nobody", "2026-01-05", "2026-01-05 is not built; run: loudong run --as-of 2026-01-05"),
    ],
)
def test_what_cannot_be_compared_is_refused_with_one_sentence(
    told: Told, customer_id: str, day: str, complaint: str
) -> None:
    before = ask("select count(*) from ops.run")
    result = _loudong("then-vs-now", customer_id, "--as-of", day)
    assert isinstance(result.exception, LoudongError)
    assert complaint in str(result.exception)
    assert "\n" not in str(result.exception)
    assert ask("select count(*) from ops.run") == before


def test_a_comparison_waits_for_nobody_and_says_who_is_at_work(told: Told) -> None:
    run = runs.open_run("daily", (DAY,), holder="cli:another-machine:1")
    try:
        with pytest.raises(runs.RunBusyError, match=run.run_id):
            compare(told.first.customer_id, DAY, quiet)
    finally:
        runs.close_run(run.run_id, "failed", "ended by the test")
