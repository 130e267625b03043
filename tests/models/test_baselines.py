"""Promises of the baselines: they are the rule and the scorecard that a model is compared with, honestly fitted."""

from dataclasses import replace

import numpy as np
import pytest

from models.baselines import LEAST_ROWS, MOST_ROWS, fit_scorecard, judge_baselines, worst_bucket
from models.features import Feature
from models.metrics import Floats, auc
from models.panel import Panel
from models.splits import customer_folds

FEATURES = tuple(
    Feature(name, kind, "none", "group", "{value}", "{value}", 0)
    for name, kind in (("bent", "double precision"), ("gappy", "double precision"), ("place", "text"))
)


def draw(seed: int, rows: int = 6_000) -> tuple[Floats, Floats, Floats]:
    """Rows whose risk bends with one feature, rises where another is null, and differs by place; true log odds."""
    generator = np.random.default_rng(seed)
    values = np.column_stack(
        [generator.normal(size=rows), generator.normal(size=rows), generator.integers(0, 4, rows).astype(float)]
    )
    values[generator.random(rows) < 0.2, 1] = np.nan
    odds = np.abs(values[:, 0]) * 1.5 + np.isnan(values[:, 1]) * 1.2 + (values[:, 2] == 2) * 1.5 - 3
    return values, (generator.random(rows) < 1 / (1 + np.exp(-odds))).astype(float), odds


def test_a_scorecard_finds_bends_nulls_and_codes_and_reaches_nearly_what_the_truth_reaches() -> None:
    card = fit_scorecard(*draw(1)[:2], FEATURES)
    values, bad, odds = draw(2)
    assert auc(bad, card.raw(values)) > auc(bad, odds) - 0.015


def test_the_level_of_a_scorecard_is_that_of_its_rows() -> None:
    values, bad, _ = draw(1)
    pd = 1 / (1 + np.exp(-fit_scorecard(values, bad, FEATURES).raw(values)))
    assert pd.mean() == pytest.approx(bad.mean(), abs=0.003)


def test_a_code_that_was_never_seen_or_is_rare_counts_as_rare_and_all_nulls_alike() -> None:
    values, bad, _ = draw(1)
    values[: LEAST_ROWS - 1, 2] = 9
    card = fit_scorecard(values, bad, FEATURES)
    rows = np.array([[0.0, 0.0, 9.0], [0.0, 0.0, 77.0], [0.0, np.nan, 1.0], [0.0, np.nan, 1.0]])
    raw = card.raw(rows)
    assert raw[0] == raw[1]
    assert raw[2] == raw[3]


def test_a_scorecard_of_many_rows_learns_from_some_of_them_the_same_each_time() -> None:
    values, bad, odds = draw(3, MOST_ROWS + 5_000)
    first, second = (fit_scorecard(values, bad, FEATURES).raw(values) for _ in range(2))
    assert np.array_equal(first, second)
    assert auc(bad, first) > auc(bad, odds) - 0.015


def test_the_worst_bucket_is_the_worst_of_what_is_known() -> None:
    names = ("reported_worst_12m", "dpd_days", "worst_dpd_365d_days")
    features = tuple(Feature(name, "integer", "none", "group", "{value}", "{value}", 0) for name in names)
    values = np.array([[np.nan] * 3, [1.0, 5.0, 40.0], [2.0, 0.0, 0.0], [-1.0, np.nan, np.nan]])
    assert worst_bucket(values, features).tolist() == [0, 40, 60, 0]


def test_baselines_never_learn_from_the_rows_they_judge(learned: Panel) -> None:
    first = judge_baselines(learned, customer_folds(learned.customers))
    judge = customer_folds(learned.customers)[0][1]
    turned = replace(learned, bad=np.where(judge, 1 - learned.bad, learned.bad))
    second = judge_baselines(turned, customer_folds(learned.customers))
    assert set(first) == {"worst_bucket", "scorecard"}
    for name in first:
        assert len(first[name]) == len(learned)
        assert np.array_equal(first[name][judge], second[name][judge])
        assert not np.allclose(first[name][~judge], second[name][~judge])


def test_where_arrears_decide_the_worst_bucket_says_so(learned: Panel) -> None:
    told = judge_baselines(learned, customer_folds(learned.customers))
    assert auc(learned.bad, told["worst_bucket"]) > 0.75
