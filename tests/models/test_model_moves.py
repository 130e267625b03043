"""Promises of the model's part in a change of tier: what another version says of the same features and no more."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from risk_world import PORTFOLIO, World, ask, tell

from loudong.decisions.decide import decide
from loudong.publishing.publish import publish
from loudong.settings import Settings
from models.calibration import Calibrator
from models.champion import promote
from models.registry import Scorer
from models.scoring import score

D1, D2 = date(2025, 3, 1), date(2025, 3, 2)
PARTS = "new_data_steps, new_data_points, model_steps, model_points, tier_steps, score_points, is_model_known"


@pytest.fixture(scope="module")
def world(warehouse: Settings, scorer: Scorer, register: Callable[[str, Scorer], tuple[str, str]]) -> World:
    """Version 1 finds everybody good, version 2 everybody bad."""
    world = World()
    world.create()
    name = f"default_{PORTFOLIO.name}_{warehouse.warehouse_database}"
    for intercept in (-8.0, 8.0):
        register(name, replace(scorer, calibrator=Calibrator(slope=1.0, intercept=intercept)))
    world.clear()
    return world


def day(world: World, as_of_date: date, **customers: dict[str, Any]) -> None:
    run = world.run(as_of_date, {name: {"pd": 0.5} | values for name, values in customers.items()})
    score(run)
    decide(run)
    world.finish(run, publish(run).verdict)


def parts() -> list[tuple[Any, ...]]:
    """Parts of the moves of the second date as it stands, by customer."""
    return ask(
        f"select {PARTS} from risk.tier_move inner join ops.publication using (run_id, as_of_date) "
        "where superseded_at is null and as_of_date = %s order by customer_id",
        D2,
    )


def test_what_another_version_says_of_the_same_features_is_the_models_and_the_rest_is_new_data(world: World) -> None:
    day(world, D1, C1={"dpd_days": 5}, C2={"dpd_days": 5})
    promote("2", "Li Lei", "to see the difference", despite_verdict=True)
    day(world, D2, C1={"dpd_days": 5}, C2={"dpd_days": 29})
    same, later = parts()
    points = dict(ask("select customer_id, score_points from risk.customer_score where as_of_date = %s", D1))
    now = dict(ask("select customer_id, score_points from risk.customer_score where as_of_date = %s", D2))
    assert same == (0, 0, 2, now["C1"] - points["C1"], 2, now["C1"] - points["C1"], True)
    assert later[1] < 0
    assert later[:3] == (0, later[1], 2)
    assert later[1] + later[3] == later[5] == now["C2"] - points["C2"]


def test_a_model_that_is_gone_is_said_to_be_unknown_and_its_part_is_counted_under_new_data(world: World) -> None:
    tell("update risk.customer_score set model_version = '99' where as_of_date = %s", D1)
    day(world, D2, C1={"dpd_days": 5}, C2={"dpd_days": 29})
    for new_steps, new_points, model_steps, model_points, steps, points, is_known in parts():
        assert (new_steps, new_points, model_steps, model_points, is_known) == (steps, points, 0, 0, False)
