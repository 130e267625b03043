"""A model that scores, and the JSON that is kept beside its trees."""

from dataclasses import asdict, dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from models.calibration import Calibrator
from models.drift import Histogram
from models.encoding import Categories, encode
from models.features import model_features

if TYPE_CHECKING:
    import lightgbm
    import pandas as pd


@dataclass(frozen=True)
class Scorer:
    """All that is needed to score: booster, calibration curve, categories, and what the model has seen.

    `outcomes_until` is the last day whose events could change a label that it learned from. `reference` is how the
    features it uses and its scores were distributed on the newest date it learned from.
    """

    booster: "lightgbm.Booster"
    calibrator: Calibrator
    categories: Categories
    feature_version: str
    outcomes_until: date
    model_name: str = ""
    version: str = ""
    reference: dict[str, Histogram] = field(default_factory=dict)

    def pd(self, frame: "pd.DataFrame") -> npt.NDArray[np.float64]:
        """Probabilities of default of rows that hold the features, text as text."""
        return self.pd_encoded(encode(frame, model_features(), self.categories))

    def pd_encoded(self, values: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        """Probabilities of default of rows of encoded features."""
        return self.calibrator.pd(np.asarray(self.booster.predict(values, raw_score=True)))


def sidecar_of(scorer: Scorer) -> dict[str, Any]:
    """What is kept beside the booster."""
    return {
        "calibrator": asdict(scorer.calibrator),
        "categories": scorer.categories,
        "feature_version": scorer.feature_version,
        "features": [feature.name for feature in model_features()],
        "outcomes_until": scorer.outcomes_until.isoformat(),
        "reference": {name: asdict(histogram) for name, histogram in scorer.reference.items()},
    }


def scorer_of(
    booster: "lightgbm.Booster", calibrator: dict[str, float], sidecar: dict[str, Any], name: str, version: str
) -> Scorer:
    """The scorer of a version: its booster, a calibration curve, and what was kept beside it."""
    return Scorer(
        booster=booster,
        calibrator=Calibrator(**calibrator),
        categories=sidecar["categories"],
        feature_version=sidecar["feature_version"],
        outcomes_until=date.fromisoformat(sidecar["outcomes_until"]),
        model_name=name,
        version=version,
        reference={given: Histogram(**kept) for given, kept in sidecar.get("reference", {}).items()},
    )
