"""Promises of publishing: one run stands per date, nothing is deleted, equal results change nothing, gates rule."""

import threading
from datetime import date
from typing import Any

import pytest
from risk_world import World, ask

from loudong.decisions.decide import decide
from loudong.errors import LoudongError
from loudong.pipeline.runs import Run, step
from loudong.publishing import ledger
from loudong.publishing.publish import RESULT_TABLES, hash_results, publish
from loudong.warehouse.connect import connect

D1, D2 = date(2025, 3, 1), date(2025, 3, 2)
CONTRACT = {"contract_id": "K1", "is_open": True, "start_date": D1, "bucket_code": "d0", "outstanding_amount": 5}


def decided(world: World, as_of_date: date = D1, is_gated: bool = True, **values: Any) -> Run:
    run = world.run(as_of_date, {"C1": {"pd": 0.01, "contracts": [CONTRACT]} | values, "C2": {"pd": 0.3}}, is_gated)
    decide(run)
    return run


def rows_of(run: Run) -> dict[str, int]:
    return {
        table: ask(f"select count(*) from {schema}.{table} where run_id = %s", run.run_id)[0][0]
        for schema, table in RESULT_TABLES
    }


def standing() -> list[tuple[Any, ...]]:
    return ask("select as_of_date, run_id from ops.publication where superseded_at is null")


def everything(run: Run) -> list[list[tuple[Any, ...]]]:
    return [ask(f"select * from {schema}.{table} where run_id = %s", run.run_id) for schema, table in RESULT_TABLES]


def test_a_first_run_is_published(world: World) -> None:
    run = decided(world)
    assert publish(run).verdict == "published"
    assert standing() == [(D1, run.run_id)]
    assert ask("select result_hash from ops.run") == ask("select result_hash from ops.publication")


def test_identical_results_keep_the_standing_publication_and_take_back_the_own_rows(world: World) -> None:
    first = decided(world)
    world.finish(first, publish(first).verdict)
    before = everything(first)
    again = decided(world)
    assert rows_of(again) == rows_of(first)
    assert rows_of(again)["customer_tier"] == 2
    assert publish(again).verdict == "unchanged"
    assert standing() == [(D1, first.run_id)]
    assert ask("select count(*) from ops.publication") == [(1,)]
    assert set(rows_of(again).values()) == {0}
    assert everything(first) == before


@pytest.mark.parametrize(
    "values",
    [
        {"pd": 0.011},
        {"dpd_days": 1},
        {"industry_code": None},
        {"has_default_event_365d": True},
        {"contracts": [CONTRACT | {"outstanding_amount": 6}]},
    ],
)
def test_another_result_supersedes_the_standing_publication_and_deletes_nothing(
    world: World, values: dict[str, Any]
) -> None:
    first = decided(world)
    world.finish(first, publish(first).verdict)
    before = everything(first)
    again = decided(world, **values)
    assert publish(again).verdict == "published"
    assert standing() == [(D1, again.run_id)]
    assert ask("select run_id, superseded_at is null from ops.publication order by publication_id") == [
        (first.run_id, False),
        (again.run_id, True),
    ]
    assert everything(first) == before


def test_the_hash_does_not_depend_on_run_times_or_the_order_of_rows(world: World) -> None:
    first = world.run(D1, {"C1": {"pd": 0.01}, "C2": {"pd": 0.3}})
    decide(first)
    world.finish(first, "failed")
    second = world.run(D1, {"C2": {"pd": 0.3}, "C1": {"pd": 0.01}})
    decide(second)
    with connect() as connection:
        assert hash_results(connection, first) == hash_results(connection, second)


def test_publishing_the_same_run_again_gives_the_same_verdict(world: World) -> None:
    first = decided(world)
    assert [publish(first).verdict, publish(first).verdict] == ["published", "published"]
    world.finish(first, "published")
    again = decided(world)
    assert [publish(again).verdict, publish(again).verdict] == ["unchanged", "unchanged"]
    assert ask("select count(*) from ops.publication") == [(1,)]


@pytest.mark.parametrize("gate", ["landing", "marts", "scores"])
def test_a_run_with_a_failed_gate_is_refused_and_what_was_published_stays(world: World, gate: str) -> None:
    first = decided(world)
    world.finish(first, publish(first).verdict)
    before = everything(first)
    run = decided(world, dpd_days=50)
    with pytest.raises(ZeroDivisionError), step(run.run_id, f"gate_{gate}"):
        raise ZeroDivisionError
    with pytest.raises(LoudongError, match=f"gate {gate} has not passed"):
        publish(run)
    assert standing() == [(D1, first.run_id)]
    assert everything(first) == before
    with step(run.run_id, f"gate_{gate}"):
        pass
    assert publish(run).verdict == "published"


def test_a_run_without_gates_is_refused(world: World) -> None:
    with pytest.raises(LoudongError, match="gate landing, marts, scores has not passed"):
        publish(decided(world, is_gated=False))


def test_a_run_whose_tables_do_not_match_is_refused(world: World) -> None:
    run = world.run(D1, {"C1": {"pd": 0.01}})
    with pytest.raises(LoudongError, match=r"fct_customer_features 1, risk\.customer_score 1, risk\.customer_tier 0"):
        publish(run)


def test_the_newest_published_date_may_be_asked_for_before_a_date(world: World) -> None:
    for day in (D1, D2):
        run = decided(world, day)
        world.finish(run, publish(run).verdict)
    with connect() as connection:
        assert ledger.newest_published_date(connection) == D2
        assert ledger.newest_published_date(connection, before=D2) == D1
        assert ledger.newest_published_date(connection, before=D1) is None


def test_two_publishers_wait_for_each_other(world: World) -> None:
    run = decided(world)
    verdicts: list[str] = []
    publisher = threading.Thread(target=lambda: verdicts.append(publish(run).verdict))
    with connect() as connection:
        ledger.lock(connection)
        publisher.start()
        publisher.join(0.5)
        assert publisher.is_alive()
        assert standing() == []
    publisher.join(10)
    assert verdicts == ["published"]
