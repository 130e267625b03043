"""Promises of the boosting: the same data give the same model, certain signs are obeyed."""

from dataclasses import replace

import numpy as np
import numpy.typing as npt
import pytest

from models.boosting import Shape, fit
from models.features import Feature

Floats = npt.NDArray[np.float64]
ROUNDS = 40
LARGE = Shape(num_leaves=12)


def feature(name: str, monotone: int) -> Feature:
    return Feature(name, "double precision", "none", "group", "{value}", "{value}", monotone)


FEATURES = (feature("up", 1), feature("down", -1), feature("free", 0), feature("other", 0))


def draw(n: int = 1_500) -> tuple[Floats, Floats]:
    """Rows whose risk rises and falls with each feature, against both signs, some values missing."""
    generator = np.random.default_rng(5)
    values = generator.uniform(-3, 3, (n, len(FEATURES)))
    log_odds = 2 * np.sin(2 * values[:, 0]) + 2 * np.sin(2 * values[:, 1]) + 2 * np.sin(2 * values[:, 2]) - 1
    bad = (generator.random(n) < 1 / (1 + np.exp(-log_odds))).astype(float)
    values[generator.random(values.shape) < 0.1] = np.nan
    return values, bad


def sweep(booster_features: tuple[Feature, ...], position: int) -> Floats:
    """Steps of the raw score when one feature rises over random rows."""
    values, bad = draw()
    booster = fit(values, bad, booster_features, LARGE, ROUNDS)
    rows, grid = values[:100], np.linspace(-4, 4, 81)
    swept = np.repeat(rows, len(grid), axis=0)
    swept[:, position] = np.tile(grid, len(rows))
    raw = np.asarray(booster.predict(swept, raw_score=True))
    return np.diff(raw.reshape(len(rows), len(grid)), axis=1)


def test_the_same_data_give_the_same_model_to_the_last_character() -> None:
    values, bad = draw()
    first, second = (fit(values.copy(), bad.copy(), FEATURES, LARGE, 20).model_to_string() for _ in range(2))
    assert first == second
    assert fit(values, 1 - bad, FEATURES, LARGE, 20).model_to_string() != first


def test_a_model_has_exactly_the_trees_asked_for_and_names_its_features_in_order() -> None:
    booster = fit(*draw(), FEATURES, LARGE, 7)
    assert booster.num_trees() == 7
    assert booster.feature_name() == ["up", "down", "free", "other"]


def test_more_of_a_feature_with_a_sign_up_is_never_safer() -> None:
    steps = sweep(FEATURES, 0)
    assert steps.min() >= 0
    assert steps.max() > 0


def test_more_of_a_feature_with_a_sign_down_is_never_riskier() -> None:
    steps = sweep(FEATURES, 1)
    assert steps.max() <= 0
    assert steps.min() < 0


@pytest.mark.parametrize("position", [0, 1, 2])
def test_a_feature_without_a_sign_follows_the_data_both_ways(position: int) -> None:
    steps = sweep(tuple(replace(feature, monotone=0) for feature in FEATURES), position)
    assert steps.min() < 0 < steps.max()
