"""Promises of the scoring: every customer of the run, its own rows alone, with reasons, marked where hindsight."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from typing import Any

import numpy as np
import pandas as pd
import pytest
from risk_world import PORTFOLIO, World, ask, tell

from loudong.errors import LoudongError
from loudong.settings import Settings, get_settings
from models.encoding import encode
from models.features import model_features
from models.panel import as_numbers
from models.points import score_points
from models.scorer import Scorer
from models.scoring import score

D1, D2 = date(2025, 3, 1), date(2025, 3, 2)
LATE: dict[str, Any] = {"pd": 0.5, "dpd_days": 80, "past_due_amount": 1_200, "industry_code": "餐饮"}
CUSTOMERS: dict[str, dict[str, Any]] = {
    "C1": {"pd": 0.5},
    "C2": LATE,
    "C3": {"pd": 0.5, "dpd_days": 40, "industry_code": "an industry the model never saw"},
    "C4": {"pd": 0.5, "dpd_days": None, "industry_code": None},
    "C5": {"pd": 0.5, "dpd_days": 89, "is_restructured": True},
}


@pytest.fixture(scope="module")
def _world(warehouse: Settings, scorer: Scorer, register: Callable[[str, Scorer], tuple[str, str]]) -> World:
    world = World()
    world.create()
    register(f"default_{PORTFOLIO.name}_{warehouse.warehouse_database}", scorer)
    return world


@pytest.fixture
def world(_world: World) -> World:
    _world.clear()
    return _world


@contextmanager
def rows_a_batch(count: int) -> Iterator[None]:
    """Score in batches of `count` rows inside the block."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("LOUDONG_SCORE_BATCH_ROWS", str(count))
        get_settings.cache_clear()
        yield
    get_settings.cache_clear()


def scores(run_id: str, columns: str = "pd, score_points, reasons") -> dict[str, tuple[Any, ...]]:
    rows = ask(f"select customer_id, {columns} from risk.customer_score where run_id = %s order by 1", run_id)
    return {row[0]: row[1:] for row in rows}


def test_every_customer_of_the_run_gets_the_probability_and_points_of_the_model(world: World, scorer: Scorer) -> None:
    run = world.run(D1, CUSTOMERS)
    assert score(run) == 5
    features = model_features()
    names = [feature.name for feature in features]
    rows = ask(
        f"select {', '.join(names)} from marts.fct_customer_features where run_id = %s order by customer_id", run.run_id
    )
    values = encode(as_numbers(pd.DataFrame(rows, columns=names), features), features, scorer.categories)
    expected = scorer.calibrator.pd(np.asarray(scorer.booster.predict(values, raw_score=True)))
    written = scores(run.run_id)
    assert list(written) == list(CUSTOMERS)
    assert [float(row[0]) for row in written.values()] == pytest.approx(expected.tolist())
    assert [row[1] for row in written.values()] == score_points(expected).tolist()
    assert written["C2"][0] > written["C1"][0]
    assert written["C2"][1] < written["C1"][1]


def test_scores_are_the_same_however_many_rows_a_batch_has(world: World) -> None:
    run = world.run(D1, CUSTOMERS)
    score(run)
    at_once = scores(run.run_id)
    with rows_a_batch(2):
        assert score(run) == 5
    assert scores(run.run_id) == at_once


def test_a_reason_tells_what_the_mart_says_of_the_customer_in_both_languages(world: World) -> None:
    run = world.run(D1, CUSTOMERS)
    score(run)
    (told,) = scores(run.run_id, "reasons")["C2"]
    assert 1 <= len(told) <= 4
    late = next(reason for reason in told if reason["feature"] == "dpd_days")
    assert (late["group"], late["value"]) == ("arrears", 80)
    assert (late["en"], late["zh"]) == ("days past due: 80", "逾期天数：80")
    assert late["contribution"] == max(reason["contribution"] for reason in told) > 0
    assert "dpd_days" not in [reason["feature"] for reason in scores(run.run_id, "reasons")["C1"][0]]


@pytest.mark.parametrize(
    ("as_of_date", "is_hindsight"), [(date(2025, 1, 26), True), (date(2025, 1, 27), False), (D1, False)]
)
def test_a_score_is_hindsight_where_the_model_learned_from_later_outcomes(
    world: World, as_of_date: date, is_hindsight: bool
) -> None:
    run = world.run(as_of_date, {"C1": {"pd": 0.5}})
    score(run)
    assert scores(run.run_id, "is_hindsight") == {"C1": (is_hindsight,)}


def test_scoring_a_run_again_replaces_its_own_scores_alone(world: World) -> None:
    first = world.run(D1, CUSTOMERS)
    score(first)
    standing = scores(first.run_id)
    assert len(standing) == 5
    world.finish(first, "failed")
    run = world.run(D2, CUSTOMERS)
    score(run)
    tell("update marts.fct_customer_features set dpd_days = 80 where customer_id = 'C1'")
    before = scores(run.run_id)
    score(run)
    assert scores(first.run_id) == standing
    assert scores(run.run_id)["C1"] != before["C1"]
    assert scores(run.run_id) | {"C1": ()} == before | {"C1": ()}


def test_the_run_and_its_scores_say_which_model_scored(world: World, scorer: Scorer) -> None:
    run = world.run(D1, {"C1": {"pd": 0.5}})
    score(run)
    name = f"default_test_{get_settings().warehouse_database}"
    assert ask("select model_name, model_version from ops.run where run_id = %s", run.run_id) == [(name, "1")]
    written = scores(run.run_id, "model_name, model_version, feature_version")
    assert written == {"C1": (name, "1", scorer.feature_version)}


def test_a_run_without_features_is_refused_and_keeps_what_it_had(world: World) -> None:
    run = world.run(D1, CUSTOMERS)
    score(run)
    standing = scores(run.run_id)
    tell("delete from marts.fct_customer_features")
    with pytest.raises(LoudongError, match=f"^run {run.run_id} has no features to score; no customer is active"):
        score(run)
    assert scores(run.run_id) == standing
