"""MLflow: what was trained, on what, how well; and which version scores.

A version is LightGBM's own text file and one JSON file beside it; nothing is pickled.
"""

import json
import logging
import os
import tempfile
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from loudong.errors import LoudongError
from loudong.pipeline.runs import current_portfolio
from loudong.settings import get_settings
from loudong.warehouse.connect import connect, embedded_url
from loudong.warehouse.credentials import credentials
from models.calibration import Calibrator
from models.encoding import Categories
from models.features import feature_version, model_features
from models.metrics import Merit
from models.panel import Panel

if TYPE_CHECKING:
    from collections.abc import Iterator

    import lightgbm
    from mlflow import MlflowClient

CHAMPION, CHALLENGER = "champion", "challenger"
SIDECAR = "loudong.json"
REQUIREMENTS = ["lightgbm"]


@dataclass(frozen=True)
class Scorer:
    """All that is needed to score: booster, calibration curve, categories, and what the model has seen.

    `outcomes_until` is the last day whose events could change a label that it learned from.
    """

    booster: "lightgbm.Booster"
    calibrator: Calibrator
    categories: Categories
    feature_version: str
    outcomes_until: date
    model_name: str = ""
    version: str = ""


@dataclass(frozen=True)
class TrainingRecord:
    """What one training leaves in MLflow beside the model."""

    run_id: str
    protocol: str
    panel: Panel
    judged: npt.NDArray[np.bool_]
    pd: npt.NDArray[np.float64]
    merit: Merit
    rounds: int
    label_known_before: datetime


def model_name(portfolio: str) -> str:
    """Registered name: one per portfolio and warehouse."""
    return f"default_{portfolio}_{get_settings().warehouse_database}"


def _client() -> "MlflowClient":
    os.environ["MLFLOW_DISABLE_TELEMETRY"] = "true"
    os.environ["MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR"] = "false"
    logging.getLogger("mlflow").setLevel(logging.ERROR)
    logging.getLogger("alembic").setLevel(logging.ERROR)
    import mlflow

    settings = get_settings()
    if _is_local():
        uri = embedded_url(settings, "mlflow", "mlflow", credentials(settings)["mlflow"])
    else:
        uri = str(settings.mlflow_tracking_uri)
    mlflow.set_tracking_uri(uri)
    mlflow.set_registry_uri(uri)
    return mlflow.MlflowClient()


def _is_local() -> bool:
    settings = get_settings()
    if settings.mlflow_tracking_uri is None and settings.warehouse_url is not None:
        raise LoudongError("LOUDONG_MLFLOW_TRACKING_URI must name an MLflow server when the warehouse is not embedded")
    return settings.mlflow_tracking_uri is None


def _experiment(client: "MlflowClient", name: str) -> str:
    found = client.get_experiment_by_name(name)
    if found is not None:
        return str(found.experiment_id)
    place = (get_settings().state_dir.resolve() / "mlflow-artifacts").as_uri() if _is_local() else None
    return str(client.create_experiment(name, artifact_location=place))


def register(scorer: Scorer, name: str, training: TrainingRecord) -> tuple[str, str]:
    """Log the training and register the model; (version, alias). The first version is the champion."""
    client = _client()
    import mlflow
    import mlflow.lightgbm
    from mlflow.models import ModelSignature
    from mlflow.types import ColSpec, Schema

    from models.plots import write_plots

    features = model_features()
    signature = ModelSignature(inputs=Schema([ColSpec("double", feature.name) for feature in features]))
    first = not _aliases(client, name)
    with mlflow.start_run(experiment_id=_experiment(client, name), run_name=training.run_id), _folder() as folder:
        mlflow.log_params(
            {
                "protocol": training.protocol,
                "rounds": training.rounds,
                "panel_run_id": training.run_id,
                "panel_hash": training.panel.content_hash,
                "panel_rows": len(training.panel),
                "panel_first_date": str(training.panel.dates.min()),
                "panel_last_date": str(training.panel.dates.max()),
                "label_known_before": training.label_known_before.isoformat(),
                "feature_version": scorer.feature_version,
            }
        )
        mlflow.log_metrics({key: value for key, value in asdict(training.merit).items() if value is not None})
        importance = scorer.booster.feature_importance("gain")
        write_plots(folder, training, dict(zip(scorer.booster.feature_name(), importance, strict=True)))
        sidecar = {
            "calibrator": asdict(scorer.calibrator),
            "categories": scorer.categories,
            "feature_version": scorer.feature_version,
            "features": [feature.name for feature in features],
            "outcomes_until": scorer.outcomes_until.isoformat(),
        }
        (folder / SIDECAR).write_text(json.dumps(sidecar, indent=1), encoding="utf-8")
        mlflow.log_artifacts(str(folder))
        logged = mlflow.lightgbm.log_model(
            scorer.booster, name="model", registered_model_name=name, pip_requirements=REQUIREMENTS, signature=signature
        )
    version = str(logged.registered_model_version)
    alias = CHAMPION if first else CHALLENGER
    client.set_registered_model_alias(name, alias, version)
    return version, alias


@contextmanager
def _folder() -> "Iterator[Path]":
    with tempfile.TemporaryDirectory() as name:
        yield Path(name)


def _aliases(client: "MlflowClient", name: str) -> dict[str, str]:
    from mlflow.exceptions import MlflowException

    try:
        return {alias: str(version) for alias, version in client.get_registered_model(name).aliases.items()}
    except MlflowException as error:
        if error.error_code == "RESOURCE_DOES_NOT_EXIST":
            return {}
        raise


def _current_name() -> str:
    with connect() as connection:
        return model_name(current_portfolio(connection).name)


def has_champion() -> bool:
    """Whether a model of this portfolio may score."""
    return CHAMPION in _aliases(_client(), _current_name())


def load_champion() -> Scorer:
    """The model that scores. A LoudongError when there is none, or when it was trained on another feature list."""
    client = _client()
    name = _current_name()
    version = _aliases(client, name).get(CHAMPION)
    if version is None:
        raise LoudongError(f"no model has been trained for {name}; run: loudong train")
    return load_version(client, name, version)


def load_version(client: "MlflowClient", name: str, version: str) -> Scorer:
    """One registered version, checked against the feature dictionary of this release."""
    import mlflow
    import mlflow.lightgbm

    run_id = client.get_model_version(name, version).run_id
    sidecar: dict[str, Any] = mlflow.artifacts.load_dict(f"runs:/{run_id}/{SIDECAR}")
    wanted = feature_version(model_features())
    if sidecar["feature_version"] != wanted:
        raise LoudongError(
            f"{name} version {version} was trained on feature list {sidecar['feature_version']}, this release has "
            f"{wanted}; train again: loudong train"
        )
    return Scorer(
        booster=mlflow.lightgbm.load_model(f"models:/{name}/{version}"),
        calibrator=Calibrator(**sidecar["calibrator"]),
        categories=sidecar["categories"],
        feature_version=wanted,
        outcomes_until=date.fromisoformat(sidecar["outcomes_until"]),
        model_name=name,
        version=version,
    )


def promote(version: str, by: str, because: str) -> str:
    """Make `version` the champion and keep who decided it and why; the model's name and version."""
    from mlflow.exceptions import MlflowException

    client = _client()
    name = _current_name()
    try:
        client.get_model_version(name, version)
    except MlflowException as error:
        raise LoudongError(f"{name} has no version {version}") from error
    client.set_model_version_tag(name, version, "promoted_by", by)
    client.set_model_version_tag(name, version, "promoted_because", because)
    client.set_registered_model_alias(name, CHAMPION, version)
    if _aliases(client, name).get(CHALLENGER) == version:
        client.delete_registered_model_alias(name, CHALLENGER)
    return f"{name} version {version}"
