"""Promises of the figures of merit: their definitions, their worked numbers, no figure where one class is absent."""

import math
from itertools import permutations

import numpy as np
import pytest
import sklearn.metrics
from scipy.stats import ks_2samp

from models.metrics import UNKNOWN, Floats, Merit, auc, brier, ks, log_loss, merit

WORKED_BAD = np.array([0.0, 1.0, 0.0, 1.0])
WORKED_PD = np.array([0.1, 0.4, 0.5, 0.8])
SEEDS = range(5)


def draw(seed: int, n: int = 300, decimals: int = 2) -> tuple[Floats, Floats]:
    """Outcomes and probabilities that separate a little; few decimals make many ties."""
    generator = np.random.default_rng(seed)
    pd = generator.beta(1, 4, n).clip(0.01, 0.99).round(decimals)
    return (generator.random(n) < pd).astype(float), pd


def pairs_in_order(bad: Floats, pd: Floats) -> float:
    """The definition of the area, pair by pair."""
    scores = [(b > g) + (b == g) / 2 for b in pd[bad == 1] for g in pd[bad == 0]]
    return float(np.mean(scores))


def largest_distance(bad: Floats, pd: Floats) -> float:
    """The definition of KS, cut-off by cut-off."""
    return max(abs(float((pd[bad == 1] <= cut).mean() - (pd[bad == 0] <= cut).mean())) for cut in pd)


def names(n: int) -> np.ndarray:
    return np.array([f"C{number:05d}" for number in range(n)])


def test_the_worked_numbers_of_the_definitions_hold() -> None:
    assert auc(WORKED_BAD, WORKED_PD) == 0.75
    assert ks(WORKED_BAD, WORKED_PD) == 0.5
    assert brier(np.array([1.0, 0.0, 0.0, 0.0]), np.full(4, 0.25)) == 0.1875
    assert log_loss(WORKED_BAD, np.full(4, 0.5)) == pytest.approx(math.log(2))


def test_the_area_is_one_in_order_nought_in_reverse_and_half_where_all_are_tied() -> None:
    bad = np.array([0.0, 0.0, 1.0, 1.0])
    assert auc(bad, np.array([0.1, 0.2, 0.3, 0.4])) == 1.0
    assert auc(bad, np.array([0.4, 0.3, 0.2, 0.1])) == 0.0
    assert auc(bad, np.full(4, 0.3)) == 0.5


def test_area_and_ks_are_the_same_in_whatever_order_the_rows_come() -> None:
    rows = [(0.0, 0.1), (1.0, 0.2), (0.0, 0.2), (1.0, 0.2), (0.0, 0.7), (1.0, 0.9)]
    for order in permutations(rows):
        bad, pd = np.array(order).T
        assert auc(bad, pd) == pytest.approx(2 / 3)
        assert ks(bad, pd) == pytest.approx(1 / 3)


@pytest.mark.parametrize("decimals", [1, 2, 12])
@pytest.mark.parametrize("seed", SEEDS)
def test_the_area_is_that_of_scikit_learn_and_of_the_pairs(seed: int, decimals: int) -> None:
    bad, pd = draw(seed, decimals=decimals)
    pd = pd.clip(0.01, 0.99)
    assert auc(bad, pd) == pytest.approx(sklearn.metrics.roc_auc_score(bad, pd))
    assert auc(bad, pd) == pytest.approx(pairs_in_order(bad, pd))


@pytest.mark.parametrize("decimals", [1, 2, 12])
@pytest.mark.parametrize("seed", SEEDS)
def test_ks_is_that_of_scipy_and_of_every_cut_off(seed: int, decimals: int) -> None:
    bad, pd = draw(seed, decimals=decimals)
    assert ks(bad, pd) == pytest.approx(ks_2samp(pd[bad == 1], pd[bad == 0]).statistic)
    assert ks(bad, pd) == pytest.approx(largest_distance(bad, pd))


@pytest.mark.parametrize("seed", SEEDS)
def test_brier_and_log_loss_are_those_of_scikit_learn(seed: int) -> None:
    bad, pd = draw(seed)
    assert brier(bad, pd) == pytest.approx(sklearn.metrics.brier_score_loss(bad, pd))
    assert log_loss(bad, pd) == pytest.approx(sklearn.metrics.log_loss(bad, pd))


def test_all_figures_describe_the_same_rows() -> None:
    figures = merit(WORKED_BAD, WORKED_PD, names(4))
    assert (figures.n, figures.bads, figures.bad_rate) == (4, 2, 0.5)
    assert (figures.auc, figures.gini, figures.ks) == (0.75, 0.5, 0.5)
    assert figures.mean_pd == pytest.approx(0.45)
    assert figures.brier == pytest.approx((0.01 + 0.36 + 0.25 + 0.04) / 4)
    assert figures.log_loss == pytest.approx(-(math.log(0.9) + math.log(0.4) + math.log(0.5) + math.log(0.8)) / 4)


@pytest.mark.parametrize("outcome", [0.0, 1.0])
def test_one_class_alone_has_no_figures_of_order_but_keeps_those_of_level(outcome: float) -> None:
    figures = merit(np.full(4, outcome), WORKED_PD, names(4))
    assert (figures.auc, figures.auc_low, figures.auc_high, figures.gini, figures.ks) == (None,) * 5
    assert (figures.n, figures.bads, figures.bad_rate) == (4, 4 * outcome, outcome)
    assert figures.brier == pytest.approx(float(np.mean((WORKED_PD - outcome) ** 2)))
    assert figures.log_loss > 0


@pytest.mark.parametrize("seed", SEEDS)
def test_the_interval_holds_the_area_and_is_no_wider_than_nought_to_one(seed: int) -> None:
    bad, pd = draw(seed)
    figures = merit(bad, pd, names(len(bad)))
    assert figures.auc is not None
    assert figures.auc_low is not None
    assert figures.auc_high is not None
    assert 0 <= figures.auc_low < figures.auc < figures.auc_high <= 1


def test_the_interval_counts_ties_half_as_the_area_does() -> None:
    bad, pd = np.tile([0.0, 1.0, 0.0], 50), np.full(150, 0.3)
    figures = merit(bad, pd, names(150))
    assert (figures.auc, figures.auc_low, figures.auc_high) == pytest.approx((0.5, 0.5, 0.5))


@pytest.mark.parametrize("rare", ["bads", "goods"])
def test_the_interval_is_as_wide_as_the_error_of_the_area_on_fresh_customers(rare: str) -> None:
    def fresh_draw(seed: int) -> tuple[Floats, Floats]:
        bad, pd = draw(seed, decimals=12)
        return (bad, pd) if rare == "bads" else (1 - bad, 1 - pd)

    areas = [auc(*fresh_draw(seed)) for seed in range(100, 400)]
    widths = []
    for seed in range(20):
        figures = merit(*fresh_draw(seed), names(300))
        assert figures.auc_high is not None
        assert figures.auc_low is not None
        widths.append(figures.auc_high - figures.auc_low)
    fresh = float(np.quantile(areas, 0.975) - np.quantile(areas, 0.025))
    assert np.mean(widths) == pytest.approx(fresh, rel=0.25)


def test_the_dates_of_a_customer_are_resampled_together() -> None:
    bad, pd = draw(3)
    customers = names(len(bad))
    once = merit(bad, pd, customers)
    five_dates = merit(np.repeat(bad, 5), np.repeat(pd, 5), np.repeat(customers, 5))
    assert five_dates.auc_low == pytest.approx(once.auc_low)
    assert five_dates.auc_high == pytest.approx(once.auc_high)
    strangers = merit(np.repeat(bad, 5), np.repeat(pd, 5), names(5 * len(bad)))
    assert strangers.auc_high is not None
    assert strangers.auc_low is not None
    assert once.auc_high is not None
    assert once.auc_low is not None
    assert strangers.auc_high - strangers.auc_low < 0.6 * (once.auc_high - once.auc_low)


def test_the_same_seed_gives_the_same_interval_and_another_seed_another() -> None:
    bad, pd = draw(1)
    customers = names(len(bad))
    assert merit(bad, pd, customers, seed=4) == merit(bad, pd, customers, seed=4)
    assert merit(bad, pd, customers, seed=4).auc_low != merit(bad, pd, customers, seed=5).auc_low


def test_customers_of_one_building_do_not_count_as_strangers() -> None:
    """Neighbours who share their fate say less than strangers do; where no building is known nothing changes."""
    generator = np.random.default_rng(11)
    buildings = np.repeat(names(30), 20)
    pd = np.repeat(generator.uniform(0.05, 0.5, 30), 20)
    bad = np.repeat((generator.random(30) < 0.3).astype(float), 20)
    strangers = merit(bad, pd, names(600))
    neighbours = merit(bad, pd, names(600), buildings)
    unknown = merit(bad, pd, names(600), np.full(600, UNKNOWN))
    assert width(neighbours) > 2 * width(strangers)
    assert (unknown.auc_low, unknown.auc_high) == pytest.approx((strangers.auc_low, strangers.auc_high), abs=0.02)
    assert neighbours.auc == strangers.auc


def width(figures: Merit) -> float:
    assert figures.auc_high is not None
    assert figures.auc_low is not None
    return figures.auc_high - figures.auc_low
