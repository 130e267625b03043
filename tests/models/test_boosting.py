"""Promises of the boosting: the same data give the same model, certain signs are obeyed, strangers stop it."""

from dataclasses import replace

import numpy as np
import numpy.typing as npt
import pytest

from loudong.errors import LoudongError
from models.boosting import INNER_FOLDS, LEAST_ROUNDS, LEAVES, PARAMETERS, choose, fit, inner_folds
from models.features import Feature

Floats = npt.NDArray[np.float64]
ROUNDS = 40


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
    booster = fit(values, bad, booster_features, LEAVES[-1], ROUNDS)
    rows, grid = values[:100], np.linspace(-4, 4, 81)
    swept = np.repeat(rows, len(grid), axis=0)
    swept[:, position] = np.tile(grid, len(rows))
    raw = np.asarray(booster.predict(swept, raw_score=True))
    return np.diff(raw.reshape(len(rows), len(grid)), axis=1)


def test_the_same_data_give_the_same_model_to_the_last_character() -> None:
    values, bad = draw()
    first, second = (fit(values.copy(), bad.copy(), FEATURES, 12, 20).model_to_string() for _ in range(2))
    assert first == second
    assert fit(values, 1 - bad, FEATURES, 12, 20).model_to_string() != first


def test_a_model_has_exactly_the_trees_asked_for_and_names_its_features_in_order() -> None:
    booster = fit(*draw(), FEATURES, 12, 7)
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


def dated(bad: Floats, values_of_customer: Floats, dates: int) -> tuple[Floats, Floats, np.ndarray, np.ndarray]:
    """The same customers on several month ends."""
    customers = np.array([f"C{number:05d}" for number in range(len(bad))])
    months = np.arange("2024-01", "2026-01", dtype="datetime64[M]")[:dates].astype("datetime64[D]")
    return (
        np.tile(values_of_customer, (dates, 1)),
        np.tile(bad, dates),
        np.tile(customers, dates),
        np.repeat(months, len(bad)),
    )


def test_boosting_stops_soon_where_outcomes_can_only_be_learned_by_heart() -> None:
    generator = np.random.default_rng(2)
    values = generator.uniform(-3, 3, (240, len(FEATURES)))
    rows = dated((generator.random(240) < 0.3).astype(float), values, 6)
    found = choose(*rows, FEATURES)
    assert found.rounds >= LEAST_ROUNDS
    # As far as a hundred steps of 0.03 go, whatever the size of a step is.
    assert found.rounds * PARAMETERS["learning_rate"] < 3


def test_trees_are_as_large_as_the_data_ask_for() -> None:
    generator = np.random.default_rng(1)
    values = generator.uniform(-1, 1, (6_000, len(FEATURES)))
    free = tuple(replace(one, monotone=0) for one in FEATURES)
    customers = np.array([f"C{number:05d}" for number in range(len(values))])
    dates = np.full(len(values), np.datetime64("2024-01-31"))

    def leaves(log_odds: Floats) -> int:
        bad = (generator.random(len(values)) < 1 / (1 + np.exp(-log_odds))).astype(float)
        return choose(values, bad, customers, dates, free).leaves

    assert leaves(1.5 * values[:, 0] + 1.5 * values[:, 1]) == LEAVES[0]
    assert leaves(3 * np.sign(np.prod(values[:, :3], axis=1))) == LEAVES[-1]


def test_customers_who_judge_are_not_learned_from_and_judge_on_the_later_dates_alone() -> None:
    values, bad = draw(300)
    values, bad, customers, dates = dated(bad, values, 4)
    late = dates >= dates[-1] - 40
    pairs = inner_folds(bad, customers, dates)
    assert len(pairs) == INNER_FOLDS
    for learn, judge in pairs:
        assert not set(customers[learn]) & set(customers[judge])
        assert late[judge].all()
        assert not late[learn].all()
    assert sorted(np.concatenate([judge for _, judge in pairs])) == np.flatnonzero(late).tolist()
    assert (~np.isnan(choose(values, bad, customers, dates, FEATURES).raw) == late).all()


def test_a_fold_without_a_late_default_judges_on_all_its_dates() -> None:
    values, bad = draw(300)
    values, bad, customers, dates = dated(bad, values, 4)
    early = np.where(dates >= dates[-1] - 40, 0.0, bad)
    judged = np.concatenate([judge for _, judge in inner_folds(early, customers, dates)])
    assert len(judged) == len(bad)


def test_without_a_customer_to_set_aside_nothing_is_learned() -> None:
    values, bad = draw(40)
    with pytest.raises(LoudongError, match=r"^too few customers to learn from: of 1 none can be set aside"):
        choose(values, bad, np.full(40, "C1"), np.full(40, np.datetime64("2024-01-31")), FEATURES)
