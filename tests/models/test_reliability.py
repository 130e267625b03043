"""Promises of calibration by tier and tenth and of the work list: worked numbers, and `not enough data` where it is."""

from dataclasses import replace

import numpy as np
import pytest
from risk_world import World, ask

from loudong.policy import load_policy
from loudong.settings import Settings, get_settings
from models.metrics import Floats
from models.panel import Panel
from models.reliability import Bin, calibration, jeffreys, judge_reliability, record_reliability, work_list

TIERS = {"high": (0.08, np.inf), "medium": (0.02, 0.08), "low": (0.0, 0.02)}


def names(n: int) -> np.ndarray:
    return np.array([f"C{number:05d}" for number in range(n)])


def bins_of(bad: Floats, pd: Floats, customers: np.ndarray | None = None) -> dict[tuple[str, str], Bin]:
    found = calibration(bad, pd, names(len(bad)) if customers is None else customers, TIERS)
    return {(one.bin_kind, one.bin_code): one for one in found}


def test_an_interval_is_that_of_jeffreys() -> None:
    """Of 10 with 1: quantiles of Beta(1.5, 9.5). Of 10 with 0: of Beta(0.5, 10.5)."""
    assert jeffreys(1, 10) == pytest.approx((0.0111, 0.3813), abs=1e-4)
    assert jeffreys(0, 10)[1] == pytest.approx(0.2172, abs=1e-4)


def test_a_pd_on_the_edge_belongs_to_the_riskier_tier_and_every_row_to_one_tier_and_one_tenth() -> None:
    pd = np.array([0.0199, 0.02, 0.0799, 0.08, 0.9])
    found = bins_of(np.zeros(5), pd)
    assert [found["tier", tier].n for tier in TIERS] == [2, 2, 1]
    assert sum(one.n for (kind, _), one in found.items() if kind == "decile") == 5
    assert found["decile", "1"].mean_pd == 0.9


def states(seed: int, factor: float) -> list[str]:
    """Of the bins with 60 defaults or more, where `factor` times what is expected comes true."""
    generator = np.random.default_rng(seed)
    pd = generator.uniform(0.001, 0.5, 5_000)
    bad = (generator.random(5_000) < pd * factor).astype(float)
    return [one.state for one in bins_of(bad, pd).values() if one.bads >= 60]


def test_what_comes_true_is_within_nineteen_times_of_twenty() -> None:
    told = [state for seed in range(40) for state in states(seed, 1.0)]
    assert len(told) > 300
    assert 0.92 < told.count("within") / len(told) < 0.98


@pytest.mark.parametrize(("factor", "direction"), [(1.9, "more"), (0.5, "fewer")])
def test_what_does_not_come_true_is_told_by_its_direction(factor: float, direction: str) -> None:
    assert set(states(5, factor)) == {direction}


def test_few_defaults_are_not_enough_data_unless_many_were_expected() -> None:
    bad, pd = np.zeros(400), np.full(400, 0.01)
    bad[:9] = 1
    assert bins_of(bad, pd)["tier", "low"].state == "not_enough_data"
    bad[9] = 1
    assert bins_of(bad, pd)["tier", "low"].state == "more"
    assert bins_of(np.zeros(400), np.full(400, 0.05))["tier", "medium"].state == "fewer"
    empty = bins_of(bad, pd)["tier", "high"]
    assert (empty.n, empty.bad_rate, empty.state) == (0, None, "not_enough_data")


def test_a_customer_judged_on_many_dates_counts_once() -> None:
    generator = np.random.default_rng(8)
    pd = np.full(300, 0.1)
    bad = (generator.random(300) < 0.1).astype(float)
    once = bins_of(bad, pd)["tier", "high"]
    five = bins_of(np.repeat(bad, 5), np.repeat(pd, 5), np.repeat(names(300), 5))["tier", "high"]
    assert (five.n, five.bads) == (1500, 5 * once.bads)
    assert (five.bad_rate_low, five.bad_rate_high) == pytest.approx((once.bad_rate_low, once.bad_rate_high))


def test_a_work_list_holds_the_riskiest_of_each_date() -> None:
    """Two dates of 20 customers, of whom the 8 riskiest default on the first and 4 of the 10 riskiest on the second."""
    pd = np.tile(np.linspace(0.9, 0.1, 20), 2)
    bad, dates = np.zeros(40), np.repeat(np.array(["2025-01-31", "2025-02-28"], dtype="datetime64[D]"), 20)
    bad[:8] = 1
    bad[[20, 22, 24, 26]] = 1
    found = work_list(bad, pd, np.tile(names(20), 2), dates, 5)
    assert (found.told, found.hits, found.bads) == (10, 8, 12)
    assert (found.precision_ratio, found.recall_ratio) == (0.8, pytest.approx(8 / 12))
    assert (found.precision_low, found.precision_high) == pytest.approx(jeffreys(4, 5))
    assert work_list(bad, pd, np.tile(names(20), 2), dates, 500).recall_ratio == 1
    few = work_list(np.where(np.arange(40) < 8, bad, 0), pd, np.tile(names(20), 2), dates, 5)
    assert (few.precision_ratio, few.state) == (None, "not_enough_data")


def test_tiers_and_team_are_those_of_the_policy_and_all_is_kept(warehouse: Settings, learned: Panel) -> None:
    policy = load_policy(get_settings().policy_dir)
    World().seed(policy)
    team = sum(int(str(row["open_alert_capacity"])) for row in policy.rows["team_member"])
    judged, pd = np.ones(len(learned), dtype=bool), np.linspace(0.001, 0.9, len(learned))
    bins, listed = judge_reliability(learned, judged, pd)
    assert listed.capacity == team
    assert judge_reliability(replace(learned, customer_share=0.5), judged, pd)[1].capacity == round(team / 2)
    record_reliability("m", "1", "out_of_time", bins, listed)
    kept = ask("select bin_code, n from ops.model_calibration where bin_kind = 'tier' order by mean_pd desc")
    assert [row[0] for row in kept] == [row["tier"] for row in policy.rows["tier_cutoff"]][::-1]
    assert sum(row[1] for row in kept) == len(learned)
    assert ask("select told, hits, bads from ops.model_precision") == [(listed.told, listed.hits, listed.bads)]
