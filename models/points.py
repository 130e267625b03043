"""Score points: points = 600 + 20 / ln 2 x (ln odds - ln 30), odds good:bad. More points, less risk.

At odds of 30:1 (pd 1/31) a customer has 600 points, at 60:1 (pd 1/61) 620: twenty points double the odds.
"""

import numpy as np
import numpy.typing as npt

BASE_POINTS = 600.0
BASE_ODDS = 30.0
POINTS_TO_DOUBLE_ODDS = 20.0


def score_points(pd: npt.NDArray[np.float64]) -> npt.NDArray[np.int64]:
    """Whole points for probabilities of default strictly between 0 and 1."""
    factor = POINTS_TO_DOUBLE_ODDS / np.log(2)
    points = BASE_POINTS + factor * (np.log((1 - pd) / pd) - np.log(BASE_ODDS))
    return np.rint(points).astype(np.int64)
