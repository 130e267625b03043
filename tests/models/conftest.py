"""A small real model, and a way to register it as one training would."""

from collections.abc import Callable
from datetime import UTC, date, datetime

import numpy as np
import pytest

from models import registry
from models.boosting import Shape, fit
from models.calibration import Calibrator
from models.features import feature_version, model_features
from models.metrics import merit
from models.panel import Panel
from models.registry import TrainingRecord
from models.scorer import Scorer

ROWS = 600


@pytest.fixture(scope="session")
def learned() -> Panel:
    """A panel in which defaults follow days past due alone."""
    generator = np.random.default_rng(3)
    names = [feature.name for feature in model_features()]
    values = generator.normal(size=(ROWS, len(names)))
    days = generator.integers(0, 90, ROWS).astype(float)
    values[:, names.index("dpd_days")] = days
    return Panel(
        values=values,
        categories={feature.name: [] for feature in model_features() if feature.is_categorical},
        bad=(generator.random(ROWS) < days / 90).astype(np.float64),
        customers=np.array([f"C{number}" for number in range(ROWS)]),
        dates=np.full(ROWS, "2024-07-31", dtype="datetime64[D]"),
        groups={"customer_type": np.full(ROWS, "person")},
        row_hashes=np.arange(ROWS, dtype=np.uint64),
    )


@pytest.fixture(scope="session")
def scorer(learned: Panel) -> Scorer:
    """A model that has learned from outcomes until 27 January 2025."""
    features = model_features()
    return Scorer(
        booster=fit(learned.values, learned.bad, features, Shape(num_leaves=15), 60),
        calibrator=Calibrator(slope=1.25, intercept=-0.5),
        categories={feature.name: ["enterprise", "retail", "餐饮"] for feature in features if feature.is_categorical},
        feature_version=feature_version(features),
        outcomes_until=date(2025, 1, 27),
    )


@pytest.fixture(scope="session")
def register(learned: Panel) -> Callable[..., tuple[str, str]]:
    """Registers a model under a name; its version and alias."""

    def _register(name: str, model: Scorer, judged_model: Scorer | None = None) -> tuple[str, str]:
        pds = model.pd_encoded(learned.values)
        record = TrainingRecord(
            run_id="panel.1",
            protocol="cross_validation",
            panel=learned,
            judged=np.ones(ROWS, dtype=bool),
            pd=pds,
            merit=merit(learned.bad, pds, learned.customers),
            rounds=model.booster.num_trees(),
            shape=Shape(num_leaves=15),
            trials=1,
            label_known_before=datetime(2025, 2, 1, tzinfo=UTC),
            judged_model=judged_model,
        )
        return registry.register(model, name, record)

    return _register
