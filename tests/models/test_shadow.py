"""Promises of shadow scoring: a challenger's pd is kept beside the champion's, decides nothing, time judges it."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta

import pytest
from risk_world import PORTFOLIO, World, ask, tell

from loudong.decisions.decide import decide
from loudong.publishing.publish import publish
from loudong.settings import Settings
from models.calibration import Calibrator
from models.scorer import Scorer
from models.scoring import score
from models.shadow import load_challenger, shadows

D1 = date(2025, 3, 1)
CUSTOMERS = {f"C{number}": {"pd": 0.5, "dpd_days": number * 10} for number in range(1, 7)}


@pytest.fixture(scope="module")
def _world(warehouse: Settings, scorer: Scorer, register: Callable[..., tuple[str, str]]) -> World:
    world = World()
    world.create()
    name = f"default_{PORTFOLIO.name}_{warehouse.warehouse_database}"
    register(name, scorer)
    # The other way round: whom the champion calls risky it calls safe.
    assert register(name, replace(scorer, calibrator=Calibrator(slope=-1.25, intercept=-0.5)))[1] == "challenger"
    return world


@pytest.fixture
def world(_world: World) -> World:
    _world.clear()
    tell("delete from risk.shadow_score")
    return _world


def scored(world: World, day: date, in_default: tuple[str, ...] = ()) -> str:
    """A published day whose scores come from the models."""
    run = world.run(day, {name: values | {"is_in_default": name in in_default} for name, values in CUSTOMERS.items()})
    score(run)
    decide(run)
    world.finish(run, publish(run).verdict)
    return run.run_id


def test_the_challenger_scores_the_same_customers_and_decides_nothing(world: World) -> None:
    run_id = scored(world, D1)
    rows = ask(
        "select customer_id, score.pd, shadow.pd, score.model_version, shadow.model_version, tier.tier "
        "from risk.customer_score as score "
        "inner join risk.shadow_score as shadow using (run_id, as_of_date, customer_id) "
        "inner join risk.customer_tier as tier using (run_id, as_of_date, customer_id) where run_id = %s order by 1",
        run_id,
    )
    assert [row[0] for row in rows] == list(CUSTOMERS)
    assert {(row[3], row[4]) for row in rows} == {("1", "2")}
    champion, challenger = [row[1] for row in rows], [row[2] for row in rows]
    assert sorted(champion) == champion
    assert sorted(challenger) == challenger[::-1]
    cutoffs = {row["tier"]: row["min_pd"] for row in world.policy.rows["tier_cutoff"]}
    assert all(row[5] == "high" for row in rows if row[1] >= cutoffs["high"])


def test_no_reader_of_published_figures_sees_it(world: World) -> None:
    scored(world, D1)
    for role in ("bi", "crm"):
        assert ask(
            "select has_table_privilege(rolname, 'risk.shadow_score', 'select') from pg_roles where rolname = %s",
            f"loudong_{role}",
        ) in ([(False,)], [])


def test_scoring_again_replaces_what_the_run_had_in_shadow(world: World) -> None:
    run = world.run(D1, CUSTOMERS)
    score(run)
    before = ask("select count(*), sum(pd) from risk.shadow_score")
    score(run)
    assert ask("select count(*), sum(pd) from risk.shadow_score") == before == [(6, before[0][1])]


def test_identical_results_leave_no_second_shadow(world: World) -> None:
    first = scored(world, D1)
    scored(world, D1)
    assert ask("select distinct run_id from risk.shadow_score") == [(first,)]


def test_time_tells_who_was_right(world: World) -> None:
    scored(world, D1)
    (early,) = shadows(PORTFOLIO.horizon_days)
    assert (early.version, early.date_count, early.score_count) == ("2", 1, 6)
    assert early.merit is None
    assert "too few outcomes are known yet" in early.summary()
    scored(world, D1 + timedelta(days=PORTFOLIO.horizon_days), in_default=("C5", "C6"))
    (later,) = shadows(PORTFOLIO.horizon_days)
    assert later.merit is not None
    assert later.merit_champion is not None
    assert (later.merit.n, later.merit.bads, later.merit.auc, later.merit_champion.auc) == (6, 2, 0.0, 1.0)
    assert later.correlation == pytest.approx(-1, abs=0.2)
    assert "on 6 outcomes with 2 defaults AUC 0.000 for 1.000" in later.summary()


def test_a_challenger_of_another_feature_list_scores_nothing_and_stops_nothing(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("models.shadow.load_version", _unfit)
    assert load_challenger() is None
    scored(world, D1)
    assert ask("select count(*) from risk.shadow_score") == [(0,)]


def _unfit(*_: object) -> Scorer:
    from loudong.errors import UnfitModelError

    raise UnfitModelError("default version 2 was trained on feature list a, this release has b")
