"""Promises of the tuning: the same data give the same choice, time is kept, strangers judge and stop it."""

import logging
from collections.abc import Iterator

import numpy as np
import numpy.typing as npt
import pytest

from loudong.errors import LoudongError
from loudong.settings import get_settings
from models.boosting import LEAST_ROUNDS, PARAMETERS, Shape, cross_validate
from models.features import Feature
from models.tuning import (
    INNER_FOLDS,
    LEAST_STANDARD_ERRORS,
    STARTING_SHAPES,
    Choice,
    choose,
    inner_folds,
    standard_errors,
)

Floats = npt.NDArray[np.float64]
FEATURES = tuple(
    Feature(name, "double precision", "none", "group", "{value}", "{value}", 0) for name in ("one", "two", "three")
)


@pytest.fixture
def tuned(monkeypatch: pytest.MonkeyPatch) -> Iterator[pytest.MonkeyPatch]:
    """Where a test sets how long is tuned."""
    yield monkeypatch
    monkeypatch.undo()
    get_settings.cache_clear()


def limit(tuned: pytest.MonkeyPatch, trials: int, seconds: int) -> None:
    tuned.setenv("LOUDONG_TUNING_TRIALS", str(trials))
    tuned.setenv("LOUDONG_TUNING_SECONDS", str(seconds))
    get_settings.cache_clear()


def draw(n: int = 1_500) -> tuple[Floats, Floats]:
    """Rows whose risk rises and falls with each feature."""
    generator = np.random.default_rng(5)
    values = generator.uniform(-3, 3, (n, len(FEATURES)))
    log_odds = 2 * np.sin(2 * values).sum(axis=1) - 1
    return values, (generator.random(n) < 1 / (1 + np.exp(-log_odds))).astype(float)


def of_few_trees() -> Choice:
    values, bad = draw(250)
    return choose(*dated(bad, values, 2), FEATURES)


def test_the_same_data_give_the_same_choice(tuned: pytest.MonkeyPatch) -> None:
    limit(tuned, 5, 3600)
    first, second = of_few_trees(), of_few_trees()
    assert (first.shape, first.rounds, first.trials) == (second.shape, second.rounds, 5)
    assert np.array_equal(first.raw, second.raw, equal_nan=True)


def test_a_shape_is_chosen_that_does_no_worse_than_those_it_starts_with(tuned: pytest.MonkeyPatch) -> None:
    limit(tuned, 8, 3600)
    generator = np.random.default_rng(1)
    values = generator.uniform(-1, 1, (600, len(FEATURES)))
    # What one feature does depends on the others: trees of one feature each learn nothing.
    chance = 1 / (1 + np.exp(-3 * np.sign(np.prod(values[:, :2], axis=1))))
    values, bad, customers, dates = dated((generator.random(600) < chance).astype(float), values, 2)
    folds = inner_folds(bad, customers, dates)
    chosen = choose(values, bad, customers, dates, FEATURES)
    loss, rounds, _ = cross_validate(values, bad, FEATURES, chosen.shape, folds)
    assert rounds == chosen.rounds
    assert chosen.shape not in STARTING_SHAPES
    assert loss < min(cross_validate(values, bad, FEATURES, shape, folds)[0] for shape in STARTING_SHAPES)


def test_what_only_chance_makes_better_is_not_taken() -> None:
    generator = np.random.default_rng(3)
    customers = np.repeat([f"C{number:03d}" for number in range(200)], 3)
    bad = (generator.random(600) < 0.3).astype(float)
    raw, noise = generator.normal(-1, 1, 600) + generator.normal(0, 0.3, (2, 600))
    better = raw + 0.3 * np.where(bad == 1, 1, -1)
    assert abs(standard_errors(bad, customers, raw, noise)) < LEAST_STANDARD_ERRORS
    assert standard_errors(bad, customers, raw, better) > LEAST_STANDARD_ERRORS
    # Three rows of one customer say little more than one.
    assert standard_errors(bad, np.array([f"R{row}" for row in range(600)]), raw, better) > 10
    assert standard_errors(np.repeat(bad[:1], 600), np.full(600, "C1"), raw, better) <= 1


def test_no_shape_is_tried_after_the_time_is_up_and_that_is_said(
    tuned: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    limit(tuned, 10_000, 1)
    with caplog.at_level(logging.INFO):
        found = of_few_trees()
    assert len(STARTING_SHAPES) <= found.trials < 10_000
    assert f"tuning ended after {found.trials} of 10000 trials: LOUDONG_TUNING_SECONDS (1) were up" in caplog.text


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
    customers = np.array([f"C{number:05d}" for number in range(len(values))])
    dates = np.full(len(values), np.datetime64("2024-01-31"))

    def shape(log_odds: Floats) -> Shape:
        bad = (generator.random(len(values)) < 1 / (1 + np.exp(-log_odds))).astype(float)
        return choose(values, bad, customers, dates, FEATURES).shape

    assert shape(1.5 * values[:, 0] + 1.5 * values[:, 1]) == STARTING_SHAPES[0]
    assert shape(3 * np.sign(np.prod(values[:, :3], axis=1))) == STARTING_SHAPES[-1]


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
