"""Promises of drift: a shift is seen, the noise of a small sample is not, and PSI is what its definition says."""

import math

import numpy as np
import pytest

from models.drift import Histogram, Watched, count, critical_psi, critical_share, learn_histogram, psi

SUBJECTS = 150
BOUND = 0.10


def sample(seed: int, n: int, shift: float = 0.0) -> np.ndarray:
    generator = np.random.default_rng(seed)
    values = generator.normal(size=n) + shift
    values[generator.random(n) < 0.1] = np.nan
    return values


def crossed(expected: Histogram, values: np.ndarray) -> bool:
    actual = Histogram(expected.edges, count(values, expected.edges).tolist())
    return psi(expected, actual) >= max(BOUND, critical_psi(expected, actual, SUBJECTS))


def test_psi_is_the_sum_of_its_definition_and_an_empty_cell_counts_half_a_row() -> None:
    expected, actual = Histogram([1.0], [20, 50, 30]), Histogram([1.0], [10, 40, 50])
    by_hand = sum((a - e) * math.log(a / e) for e, a in ((0.2, 0.1), (0.5, 0.4), (0.3, 0.5)))
    assert psi(expected, actual) == pytest.approx(by_hand)
    empty = Histogram([1.0], [0, 50, 50])
    by_hand = sum((a - e) * math.log(a / e) for e, a in ((0.2, 0.005), (0.5, 0.5), (0.3, 0.5)))
    assert psi(expected, empty) == pytest.approx(by_hand)
    assert psi(expected, expected) == 0


def test_a_shifted_feature_is_seen_and_sampling_noise_of_200_rows_is_not() -> None:
    expected = learn_histogram(sample(0, 20_000))
    assert crossed(expected, sample(1, 20_000, shift=0.5))
    assert crossed(expected, sample(1, 200, shift=1.0))
    alarms = sum(crossed(expected, sample(seed, 200)) for seed in range(1, 2_001))
    # In one of a hundred dates, over 150 features: 2,000 samples are some 13 dates.
    assert alarms <= 2


def test_without_the_critical_value_noise_of_200_rows_would_often_cross_the_bound() -> None:
    expected = learn_histogram(sample(0, 20_000))
    found = [
        psi(expected, Histogram(expected.edges, count(sample(seed, 200), expected.edges).tolist()))
        for seed in range(1, 301)
    ]
    assert sum(value >= BOUND for value in found) >= 10


def test_a_feature_that_goes_missing_is_seen() -> None:
    expected = learn_histogram(sample(0, 5_000))
    gone = Histogram(expected.edges, count(np.full(500, np.nan), expected.edges).tolist())
    assert gone.missing_share == 1.0
    assert gone.missing_share - expected.missing_share > critical_share(expected, gone, SUBJECTS)
    assert psi(expected, gone) > 1
    noise = Histogram(expected.edges, count(sample(1, 200), expected.edges).tolist())
    assert abs(noise.missing_share - expected.missing_share) < critical_share(expected, noise, SUBJECTS)


def test_bins_hold_tenths_codes_have_bins_of_their_own_and_a_value_on_an_edge_lies_above_it() -> None:
    tenths = learn_histogram(np.arange(1000.0))
    assert tenths.counts == [0, *[100] * 10]
    codes = learn_histogram(np.array([0.0, 0.0, 1.0, 3.0, np.nan]), is_code=True)
    assert (codes.edges, codes.counts) == ([1.0, 3.0], [1, 2, 1, 1])
    assert count(np.array([1.0, 0.5, np.nan]), [1.0]).tolist() == [1, 1, 1]
    mostly = learn_histogram(np.array([0.0] * 99 + [5.0]))
    assert mostly.counts == [0, 99, 1]
    assert learn_histogram(np.full(3, np.nan)).counts == [3, 0]


def test_batches_add_up() -> None:
    reference = {"a": learn_histogram(sample(0, 1_000))}
    values = sample(1, 900)
    whole, parts = Watched(reference), Watched(reference)
    whole.add([("a", values)])
    for part in np.array_split(values, 4):
        parts.add([("a", part)])
    assert whole.histograms() == parts.histograms()
    assert whole.histograms()["a"].n == 900
