"""Calibration: raw scores in log odds become probabilities through a logistic curve fitted on rows not learned from."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import numpy.typing as npt

LEAST_PD, MOST_PD = 1e-5, 1 - 1e-5
LEAST_SLOPE = 1e-3


@dataclass(frozen=True)
class Calibrator:
    """pd = 1 / (1 + exp(-(intercept + slope x raw))), kept within 0.00001 and 0.99999 (Platt 1999)."""

    slope: float
    intercept: float

    def pd(self, raw: "npt.NDArray[np.float64]") -> "npt.NDArray[np.float64]":
        """Probabilities for raw scores in log odds."""
        curve = 1 / (1 + np.exp(-(self.intercept + self.slope * raw)))
        return np.clip(curve, LEAST_PD, MOST_PD)


def fit_calibrator(raw: "npt.NDArray[np.float64]", bad: "npt.NDArray[np.float64]") -> Calibrator:
    """The curve that fits the outcomes best among those with a positive slope: the order of customers never turns."""
    from scipy.optimize import brentq
    from scipy.special import expit
    from sklearn.linear_model import LogisticRegression

    fitted = LogisticRegression(C=1e6).fit(raw.reshape(-1, 1), bad)
    slope, intercept = float(fitted.coef_[0, 0]), float(fitted.intercept_[0])
    if slope < LEAST_SLOPE:
        # With the slope given, the likelihood is greatest where the mean probability is the rate of bads.
        slope = LEAST_SLOPE
        intercept = float(brentq(lambda shift: expit(shift + slope * raw).mean() - bad.mean(), -50.0, 50.0))
    return Calibrator(slope, intercept)
