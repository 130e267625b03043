"""Promises of watching: a shift and a broken calibration are found, noise is not, and a training is asked for once."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import numpy as np
import pandas as pd
import pytest
from risk_world import CUSTOMER, PORTFOLIO, World, ask, insert

from loudong.errors import LoudongError
from loudong.pipeline.runs import Run
from loudong.settings import Settings
from loudong.warehouse.connect import connect
from models.drift import SCORE, learn_histogram
from models.features import model_features
from models.panel import as_numbers
from models.scorer import Scorer
from models.scoring import score
from models.watched import Finding
from models.watching import watch

TODAY = date(2025, 9, 1)
BEFORE = TODAY - timedelta(days=PORTFOLIO.horizon_days)
ROWS = 400


@pytest.fixture(scope="module")
def _world(warehouse: Settings, scorer: Scorer, register: Callable[..., tuple[str, str]]) -> World:
    world = World()
    world.create()
    with connect() as connection:
        connection.execute(
            "create table intermediate.int_delinquency__default_entry (customer_id text, default_date date)"
        )
    book = frame_of(customers(0, usual, rows=4_000))
    reference = {SCORE: learn_histogram(scorer.pd(book)), "dpd_days": learn_histogram(book["dpd_days"].to_numpy())}
    register(f"default_{PORTFOLIO.name}_{warehouse.warehouse_database}", replace(scorer, reference=reference))
    return world


@pytest.fixture
def world(_world: World) -> World:
    _world.clear()
    with connect("admin") as connection:
        connection.execute("truncate intermediate.int_delinquency__default_entry, ops.training_request")
    return _world


def usual(generator: np.random.Generator) -> int:
    return int(generator.integers(0, 90))


def frame_of(book: dict[str, dict[str, Any]]) -> pd.DataFrame:
    """The features of customers as they are read from the mart."""
    names = [feature.name for feature in model_features()]
    rows = [{name: customer.get(name, CUSTOMER.get(name)) for name in names} for customer in book.values()]
    return as_numbers(pd.DataFrame(rows, columns=names), model_features())


def customers(seed: int, dpd: Callable[[np.random.Generator], Any], rows: int = ROWS) -> dict[str, dict[str, Any]]:
    """Customers like those of the panel but for their days past due."""
    generator = np.random.default_rng(seed)
    names = [feature.name for feature in model_features() if feature.data_type == "double precision"]
    return {
        f"C{number:04d}": {"pd": 0.5, "dpd_days": dpd(generator)}
        | dict(zip(names, generator.normal(size=len(names)).tolist(), strict=True))
        for number in range(rows)
    }


def watched(world: World, book: dict[str, dict[str, Any]]) -> tuple[Run, dict[tuple[str, str], Finding]]:
    run = world.run(TODAY, book)
    score(run)
    return run, {(one.watch_code, one.subject): one for one in watch(run)}


def mature(level: float, bads: int, rows: int = 1_000) -> None:
    """Publish a date whose horizon ends today, scored without hindsight, of whom so many defaulted since."""
    with connect("admin") as connection:
        connection.execute(
            "insert into ops.run (run_id, kind, as_of_date, as_of_dates, holder, state, code_version, ended_at) "
            "values ('before', 'daily', %s, array[%s::date], 'test', 'published', 'c', now())",
            (BEFORE, BEFORE),
        )
        connection.execute(
            "insert into ops.publication (as_of_date, run_id, result_hash) values (%s, 'before', 'h')",
            (BEFORE,),
        )
        names = [f"C{number:04d}" for number in range(rows)]
        connection.execute(
            "insert into marts.fct_customer_features (customer_id, run_id, as_of_date, is_in_default) "
            "select unnest(%s::text[]), 'before', %s, false",
            (names, BEFORE),
        )
        connection.execute(
            "insert into risk.customer_score (customer_id, run_id, as_of_date, pd, score_points, model_name, "
            "model_version, feature_version, is_hindsight, reasons) "
            "select name, 'before', %s, %s * (0.5 + place::double precision / %s), 600, 'm', '1', 'f', false, '[]' "
            "from unnest(%s::text[]) with ordinality as t (name, place)",
            (BEFORE, level, rows, names),
        )
        entries = [(name, BEFORE + timedelta(days=1)) for name in names[-bads:]]
        # On the day itself and after the horizon nothing counts.
        entries += [(names[0], BEFORE), (names[1], TODAY + timedelta(days=1))]
        rows_ = [{"customer_id": name, "default_date": day} for name, day in entries]
        insert(connection, "intermediate", "int_delinquency__default_entry", rows_)


def test_values_like_those_that_were_learned_from_cross_nothing(world: World) -> None:
    _, found = watched(world, customers(1, usual))
    assert found["feature_psi", "dpd_days"].state == "ok"
    assert found["null_rate", "dpd_days"].state == "ok"
    assert found["feature_psi", "dpd_days"].n == ROWS
    assert ask("select count(*) from ops.training_request") == [(0,)]


def test_a_shifted_feature_and_the_scores_that_follow_are_found_and_ask_for_a_training_once(world: World) -> None:
    book = customers(2, lambda generator: int(generator.integers(60, 90)))
    run, found = watched(world, book)
    assert found["feature_psi", "dpd_days"].state == "crossed"
    assert found["score_psi", SCORE].state == "crossed"
    kept = ask("select watch_code, subject, state, n from ops.model_watch where run_id = %s", run.run_id)
    assert len(kept) == len(found)
    assert ("feature_psi", "dpd_days", "crossed", ROWS) in kept
    watch(run)
    ((version, day, reason),) = ask("select model_version, as_of_date, reason from ops.training_request")
    assert (version, day) == ("1", TODAY)
    assert reason.startswith("score_psi pd ")
    assert "feature_psi" not in reason


def test_a_date_older_than_the_newest_published_one_asks_for_nothing(world: World) -> None:
    with connect("admin") as connection:
        later = world.run(TODAY + timedelta(days=1), {"C1": {"pd": 0.5}})
        world.finish(later, "published")
        connection.execute(
            "insert into ops.publication (as_of_date, run_id, result_hash) values (%s, %s, 'h')",
            (later.as_of_date, later.run_id),
        )
    _, found = watched(world, customers(2, lambda generator: int(generator.integers(60, 90))))
    assert found["score_psi", SCORE].state == "crossed"
    assert ask("select count(*) from ops.training_request") == [(0,)]


def test_a_feature_that_goes_missing_is_found(world: World) -> None:
    _, found = watched(world, customers(3, lambda generator: None))
    missing = found["null_rate", "dpd_days"]
    assert (missing.value, missing.reference, missing.state) == (1.0, 0.0, "crossed")


def test_few_customers_are_not_enough_data_and_those_in_default_do_not_count(world: World) -> None:
    book = customers(4, lambda generator: 89, rows=99) | {
        f"D{number:04d}": {"pd": 0.5, "is_in_default": True} for number in range(50)
    }
    _, found = watched(world, book)
    assert found["feature_psi", "dpd_days"].n == 99
    assert {one.state for one in found.values()} == {"not_enough_data"}


@pytest.mark.parametrize(("bads", "state"), [(100, "ok"), (200, "crossed"), (60, "crossed"), (118, "ok")])
def test_scores_that_came_true_otherwise_than_expected_are_found_both_ways(world: World, bads: int, state: str) -> None:
    mature(0.1, bads)
    _, found = watched(world, customers(1, usual))
    one = found["observed_to_expected", BEFORE.isoformat()]
    assert one.value == pytest.approx(bads / 100, rel=0.01)
    assert (one.n, one.state) == (1_000, state)


def test_too_few_defaults_say_nothing_of_the_calibration(world: World) -> None:
    mature(0.03, 10)
    _, found = watched(world, customers(1, usual))
    assert found["observed_to_expected", BEFORE.isoformat()].state == "not_enough_data"
    assert found["auc_fall", BEFORE.isoformat()].state == "not_enough_data"


def test_a_run_without_scores_is_refused(world: World) -> None:
    run = world.run(TODAY, {"C1": {"pd": 0.5}})
    with pytest.raises(LoudongError, match=f"^run {run.run_id} has not been scored"):
        watch(run)
