"""Promises of the tiers: cut-offs at their edge, floors, the previous tier, one set of rows per run."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from risk_world import World, ask, copy_policy, tell

from loudong.decisions.decide import decide
from loudong.errors import LoudongError
from loudong.policy import load_policy
from loudong.publishing.publish import publish
from loudong.warehouse.connect import connect

D1, D2, D3 = date(2025, 3, 1), date(2025, 3, 2), date(2025, 3, 3)


def tiers(run_id: str) -> dict[str, tuple[Any, ...]]:
    rows = ask(
        "select customer_id, tier, pd_tier, decided_by, floor_code from risk.customer_tier where run_id = %s", run_id
    )
    return {row[0]: row[1:] for row in rows}


@pytest.mark.parametrize(
    ("pd", "tier"),
    [(0.0001, "low"), (0.0199999, "low"), (0.02, "medium"), (0.0799999, "medium"), (0.08, "high"), (0.9999, "high")],
)
def test_a_cut_off_belongs_to_the_tier_above_it(world: World, pd: float, tier: str) -> None:
    run = world.run(D1, {"C1": {"pd": pd}})
    assert decide(run).tiers == {tier: 1}
    assert tiers(run.run_id)["C1"] == (tier, tier, "pd", None)


@pytest.mark.parametrize(
    ("values", "tier", "floor"),
    [
        ({"dpd_days": 30}, "low", None),
        ({"dpd_days": 31}, "medium", "dpd_over_30"),
        ({"dpd_days": 90}, "medium", "dpd_over_30"),
        ({"dpd_days": 91}, "high", "dpd_over_90"),
        ({"is_in_default": True}, "high", "in_default"),
        ({"is_in_default": True, "dpd_days": 91}, "high", "in_default"),
        ({"has_default_event_365d": True, "dpd_days": 31}, "high", "default_event_365d"),
        ({"is_non_performing": True}, "high", "non_performing"),
        ({"is_non_performing": False, "has_related_bankruptcy": False}, "low", None),
        ({"has_related_bankruptcy": True}, "medium", "related_bankruptcy"),
        ({"has_related_bankruptcy": True, "dpd_days": 31}, "medium", "dpd_over_30"),
    ],
)
def test_a_floor_raises_the_tier_of_the_pd(world: World, values: dict[str, Any], tier: str, floor: str | None) -> None:
    run = world.run(D1, {"C1": {"pd": 0.01} | values})
    decide(run)
    assert tiers(run.run_id)["C1"] == (tier, "low", "floor" if floor else "pd", floor)


def test_a_floor_that_demands_no_more_than_the_pd_is_kept_in_the_trace_alone(world: World) -> None:
    run = world.run(D1, {"C1": {"pd": 0.05, "dpd_days": 45}})
    decide(run)
    assert tiers(run.run_id)["C1"] == ("medium", "medium", "pd", None)
    (trace,) = ask("select trace from risk.customer_tier")[0]
    assert trace["floors"] == [
        {"floor_code": "dpd_over_30", "indicator": "dpd_days", "value": 45, "min_tier": "medium"}
    ]


def test_the_previous_tier_is_that_of_the_newest_published_date_before(world: World) -> None:
    published = world.run(D1, {"C1": {"pd": 0.01}})
    decide(published)
    world.finish(published, publish(published).verdict)
    unpublished = world.run(D2, {"C1": {"pd": 0.05}})
    decide(unpublished)
    world.finish(unpublished, "failed")
    run = world.run(D3, {"C1": {"pd": 0.09}, "C2": {"pd": 0.09}})
    summary = decide(run)
    rows = ask("select customer_id, previous_tier from risk.customer_tier where run_id = %s order by 1", run.run_id)
    assert rows == [("C1", "low"), ("C2", None)]
    assert (summary.tier_rises, summary.tier_falls, summary.decided_before) == (1, 0, D1)


def test_deciding_a_run_again_replaces_its_own_tiers_alone(world: World) -> None:
    first = world.run(D1, {"C1": {"pd": 0.01}})
    decide(first)
    world.finish(first, "failed")
    run = world.run(D1, {"C1": {"pd": 0.01}})
    decide(run)
    tell("update risk.customer_score set pd = 0.5 where run_id = %s", run.run_id)
    decide(run)
    assert tiers(first.run_id)["C1"][0] == "low"
    assert tiers(run.run_id)["C1"][0] == "high"


def test_a_customer_without_a_score_stops_the_decision_and_nothing_is_written(world: World) -> None:
    run = world.run(D1, {"C1": {"pd": 0.01}, "C2": {"pd": 0.5}})
    with connect("admin") as connection:
        connection.execute("delete from risk.customer_score where customer_id = 'C1'")
    with pytest.raises(LoudongError, match=r"1 of 2 customers .* no row in risk.customer_score \(for example C1\)"):
        decide(run)
    assert tiers(run.run_id) == {}
    assert ask("select count(*) from risk.customer_action") == [(0,)]


def test_a_run_without_features_is_refused(world: World) -> None:
    with pytest.raises(LoudongError, match=r"no row in marts\.fct_customer_features"):
        decide(world.run(D1, {}))


def test_a_changed_policy_row_changes_the_decision_and_its_version(world: World, tmp_path: Path) -> None:
    standing = world.policy
    changed = load_policy(
        copy_policy(
            tmp_path, tier_cutoff=("low,0,0.02,low risk,低风险\nmedium,0.02", "low,0,0.03,low risk,低风险\nmedium,0.03")
        )
    )
    try:
        world.seed(changed)
        run = world.run(D1, {"C1": {"pd": 0.025}})
        decide(run)
        assert ask("select tier, policy_version from risk.customer_tier") == [("low", changed.version)]
        assert changed.version != standing.version
    finally:
        world.seed(standing)


def test_decisions_under_a_policy_that_was_not_seeded_are_refused(world: World) -> None:
    run = world.run(D1, {"C1": {"pd": 0.025}})
    tell("update staging.policy_tier_cutoff set max_pd = 0.03 where tier = 'low'")
    try:
        with pytest.raises(LoudongError, match=r"staging\.policy_tier_cutoff does not hold the rows of policy"):
            decide(run)
    finally:
        world.seed(world.policy)
