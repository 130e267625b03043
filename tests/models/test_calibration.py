"""Promises of the calibration: it finds the true probabilities, keeps the order of customers and stays in bounds."""

import numpy as np
import numpy.typing as npt
import pytest

from models.calibration import LEAST_PD, MOST_PD, Calibrator, fit_calibrator

Floats = npt.NDArray[np.float64]


def simulate(slope: float, intercept: float, n: int = 40_000) -> tuple[Floats, Floats, Floats]:
    """Raw scores, true probabilities and outcomes where log odds are intercept + slope x raw."""
    generator = np.random.default_rng(11)
    raw = generator.normal(-2.0, 1.2, n)
    true = 1 / (1 + np.exp(-(intercept + slope * raw)))
    return raw, true, (generator.random(n) < true).astype(float)


@pytest.mark.parametrize(("slope", "intercept"), [(1.0, 0.0), (0.5, -1.0), (1.6, 0.7)])
def test_the_fitted_curve_finds_the_probabilities_that_made_the_outcomes(slope: float, intercept: float) -> None:
    raw, true, bad = simulate(slope, intercept)
    fitted = fit_calibrator(raw, bad)
    assert fitted.slope == pytest.approx(slope, rel=0.06)
    assert fitted.intercept == pytest.approx(intercept, abs=0.1)
    assert np.abs(fitted.pd(raw) - true).max() < 0.02


def test_the_mean_probability_is_the_rate_of_bads_it_was_fitted_on() -> None:
    raw, _, bad = simulate(0.7, -0.5)
    assert fit_calibrator(raw, bad).pd(raw).mean() == pytest.approx(bad.mean(), abs=1e-4)


def test_a_higher_raw_score_never_has_a_lower_probability_even_where_the_outcomes_are_inverted() -> None:
    raw, _, bad = simulate(-1.0, -6.0)
    fitted = fit_calibrator(raw, bad)
    assert fitted.slope > 0
    assert np.diff(fitted.pd(np.linspace(-8, 8, 1_000))).min() > 0


def test_the_order_of_customers_is_that_of_their_raw_scores() -> None:
    raw, _, bad = simulate(1.2, 0.3)
    pds = fit_calibrator(raw, bad).pd(raw)
    assert (np.argsort(pds, kind="stable") == np.argsort(raw, kind="stable")).all()


def test_probabilities_stay_within_their_bounds() -> None:
    pds = Calibrator(slope=1.0, intercept=0.0).pd(np.array([-500.0, -11.0, 0.0, 11.0, 500.0]))
    assert pds[0] == LEAST_PD == 0.00001
    assert pds[4] == MOST_PD == 0.99999
    assert LEAST_PD < pds[1] < pds[2] == 0.5 < pds[3] < MOST_PD


def test_outcomes_that_the_score_separates_fully_still_give_finite_probabilities() -> None:
    raw = np.linspace(-3, 3, 200)
    pds = fit_calibrator(raw, (raw > 0).astype(float)).pd(raw)
    assert np.isfinite(pds).all()
    assert pds[0] < 0.01 < 0.99 < pds[-1]


def test_the_mean_probability_is_the_rate_of_bads_even_where_the_outcomes_are_inverted() -> None:
    raw, _, bad = simulate(-1.0, -6.0)
    assert fit_calibrator(raw, bad).pd(raw).mean() == pytest.approx(bad.mean(), rel=0.02)
