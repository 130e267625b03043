"""Promises of the score points: anchored at odds of 30 to 1, twenty to double the odds, never more for more risk."""

import numpy as np
import pytest

from models.calibration import LEAST_PD, MOST_PD
from models.points import score_points


@pytest.mark.parametrize(("pd", "points"), [(1 / 31, 600), (1 / 61, 620), (1 / 121, 640), (1 / 16, 580), (1 / 2, 502)])
def test_odds_of_thirty_to_one_have_600_points_and_twenty_more_double_them(pd: float, points: int) -> None:
    assert score_points(np.array([pd])).tolist() == [points]


def test_twenty_points_double_the_odds_everywhere() -> None:
    odds = np.geomspace(0.01, 40_000, 500)
    gained = score_points(1 / (1 + 2 * odds)) - score_points(1 / (1 + odds))
    assert set(gained.tolist()) <= {19, 20, 21}
    assert gained.mean() == pytest.approx(20, abs=0.1)


def test_more_risk_never_has_more_points() -> None:
    steps = np.diff(score_points(np.linspace(LEAST_PD, MOST_PD, 10_000)))
    assert steps.max() == 0
    assert steps.min() < 0


def test_points_are_whole_and_finite_at_the_bounds_of_the_probability() -> None:
    points = score_points(np.array([LEAST_PD, MOST_PD]))
    assert points.dtype == np.int64
    assert points.tolist() == [834, 170]
