"""MLflow: what was trained, on what, how well; and which version scores.

A version is LightGBM's own text file and one JSON file beside it; nothing is pickled.
"""

import json
import tempfile
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from loudong.errors import LoudongError, UnfitModelError
from loudong.pipeline.runs import current_portfolio
from loudong.settings import get_settings
from loudong.warehouse.connect import connect
from models.boosting import Shape
from models.features import feature_version, model_features
from models.metrics import Merit
from models.panel import Panel
from models.scorer import Scorer, scorer_of, sidecar_of
from models.tracking import is_local, mlflow_client, reaching_mlflow

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlflow import MlflowClient

CHAMPION, CHALLENGER = "champion", "challenger"
SIDECAR = "loudong.json"
CARD = "model_card.md"
# The booster that was judged: it knew nothing of the dates it was judged on, nor does any later comparison.
JUDGED = "judged.txt"
REQUIREMENTS = ["lightgbm"]


@dataclass(frozen=True)
class TrainingRecord:
    """What one training leaves in MLflow beside the model.

    `drift` is the PSI of scores and features from the rows learned from to those judged, where dates lie between them;
    `judged_model` what gave `pd` to the judged rows, where one booster did.
    """

    run_id: str
    protocol: str
    panel: Panel
    judged: npt.NDArray[np.bool_]
    pd: npt.NDArray[np.float64]
    merit: Merit
    rounds: int
    shape: Shape
    trials: int
    label_known_before: datetime
    drift: dict[str, float] = field(default_factory=dict)
    judged_model: Scorer | None = None


def model_name(portfolio: str) -> str:
    """Registered name: one per portfolio and warehouse."""
    return f"default_{portfolio}_{get_settings().warehouse_database}"


def experiment(client: "MlflowClient", name: str) -> str:
    """The experiment of a registered name, made where there is none; its id."""
    found = client.get_experiment_by_name(name)
    if found is not None:
        return str(found.experiment_id)
    place = get_settings().mlflow_artifacts_dir.as_uri() if is_local() else None
    return str(client.create_experiment(name, artifact_location=place))


@reaching_mlflow()
def register(scorer: Scorer, name: str, training: TrainingRecord, card: str = "") -> tuple[str, str]:
    """Log the training with its model card and register the model; (version, alias).

    The first version is the champion, and so is the first that fits this release's feature list.
    """
    client = mlflow_client()
    import mlflow
    import mlflow.lightgbm
    from mlflow.models import ModelSignature
    from mlflow.types import ColSpec, Schema

    from models.plots import write_plots

    features = model_features()
    signature = ModelSignature(inputs=Schema([ColSpec("double", feature.name) for feature in features]))
    champion = aliases(client, name).get(CHAMPION)
    is_first = champion is None or read_sidecar(client, name, champion)["feature_version"] != scorer.feature_version
    with mlflow.start_run(experiment_id=experiment(client, name), run_name=training.run_id), a_folder() as folder:
        mlflow.log_params(
            {
                "protocol": training.protocol,
                "rounds": training.rounds,
                **asdict(training.shape),
                "tuning_trials": training.trials,
                "panel_run_id": training.run_id,
                "panel_hash": training.panel.content_hash,
                "panel_rows": len(training.panel),
                "panel_customer_share": training.panel.customer_share,
                "panel_first_date": str(training.panel.dates.min()),
                "panel_last_date": str(training.panel.dates.max()),
                "label_known_before": training.label_known_before.isoformat(),
                "feature_version": scorer.feature_version,
            }
        )
        mlflow.log_metrics({key: value for key, value in asdict(training.merit).items() if value is not None})
        importance = scorer.booster.feature_importance("gain")
        write_plots(folder, training, dict(zip(scorer.booster.feature_name(), importance, strict=True)))
        sidecar = sidecar_of(scorer)
        if training.judged_model is not None:
            sidecar["judged_calibrator"] = asdict(training.judged_model.calibrator)
            training.judged_model.booster.save_model(folder / JUDGED)
        (folder / SIDECAR).write_text(json.dumps(sidecar, indent=1), encoding="utf-8")
        (folder / CARD).write_text(card, encoding="utf-8")
        mlflow.log_artifacts(str(folder))
        logged = mlflow.lightgbm.log_model(
            scorer.booster, name="model", registered_model_name=name, pip_requirements=REQUIREMENTS, signature=signature
        )
    version = str(logged.registered_model_version)
    alias = CHAMPION if is_first else CHALLENGER
    client.set_registered_model_alias(name, alias, version)
    return version, alias


@contextmanager
def a_folder() -> "Iterator[Path]":
    """A folder for what is to be kept, gone at the end."""
    with tempfile.TemporaryDirectory() as name:
        yield Path(name)


def aliases(client: "MlflowClient", name: str) -> dict[str, str]:
    """The versions that carry an alias; none for a name that is not registered."""
    from mlflow.exceptions import MlflowException

    try:
        return {alias: str(version) for alias, version in client.get_registered_model(name).aliases.items()}
    except MlflowException as error:
        if error.error_code == "RESOURCE_DOES_NOT_EXIST":
            return {}
        raise


def current_name() -> str:
    """The name under which models of the current portfolio are registered."""
    with connect() as connection:
        return model_name(current_portfolio(connection).name)


@reaching_mlflow()
def has_champion() -> bool:
    """Whether a model of this portfolio may score."""
    name = current_name()
    return CHAMPION in aliases(mlflow_client(), name)


@reaching_mlflow()
def require_champion() -> tuple["MlflowClient", str, str]:
    """MLflow, the model's name and the version that scores; a LoudongError when none was trained."""
    name = current_name()
    client = mlflow_client()
    version = aliases(client, name).get(CHAMPION)
    if version is None:
        raise LoudongError(f"no model has been trained for {name}; run: loudong train")
    return client, name, version


def load_champion() -> Scorer:
    """The model that scores. A LoudongError when there is none, or when it was trained on another feature list."""
    return load_version(*require_champion())


def require_version(client: "MlflowClient", name: str, version: str) -> None:
    """A LoudongError where the model has no such version."""
    from mlflow.exceptions import MlflowException

    try:
        client.get_model_version(name, version)
    except MlflowException as error:
        if error.error_code not in ("RESOURCE_DOES_NOT_EXIST", "INVALID_PARAMETER_VALUE"):
            raise
        raise LoudongError(f"{name} has no version {version}") from error


@reaching_mlflow()
def load_registered(name: str, version: str) -> Scorer:
    """A version by its name, champion or not; a LoudongError when it is gone or does not fit this release."""
    client = mlflow_client()
    require_version(client, name, version)
    return load_version(client, name, version)


@reaching_mlflow()
def load_version(client: "MlflowClient", name: str, version: str) -> Scorer:
    """One registered version, checked against the feature dictionary of this release."""
    import mlflow.lightgbm

    sidecar = read_sidecar(client, name, version)
    require_fit(sidecar, name, version)
    booster = mlflow.lightgbm.load_model(f"models:/{name}/{version}")
    return scorer_of(booster, sidecar["calibrator"], sidecar, name, version)


@reaching_mlflow()
def load_judged(name: str, version: str) -> Scorer | None:
    """A version as it was judged out of time, before it was fitted again on everything; None where none was kept.

    A LoudongError when it does not fit this release.
    """
    import lightgbm
    import mlflow

    client = mlflow_client()
    sidecar = read_sidecar(client, name, version)
    require_fit(sidecar, name, version)
    if "judged_calibrator" not in sidecar:
        return None
    run_id = client.get_model_version(name, version).run_id
    text = mlflow.artifacts.load_text(f"runs:/{run_id}/{JUDGED}")
    return scorer_of(lightgbm.Booster(model_str=text), sidecar["judged_calibrator"], sidecar, name, version)


def read_sidecar(client: "MlflowClient", name: str, version: str) -> dict[str, Any]:
    """What was kept beside the booster of a version."""
    import mlflow

    run_id = client.get_model_version(name, version).run_id
    sidecar: dict[str, Any] = mlflow.artifacts.load_dict(f"runs:/{run_id}/{SIDECAR}")
    return sidecar


def require_fit(sidecar: dict[str, Any], name: str, version: str) -> None:
    """An UnfitModelError where a version was trained on another feature list than this release has."""
    wanted = feature_version(model_features())
    if sidecar["feature_version"] != wanted:
        raise UnfitModelError(
            f"{name} version {version} was trained on feature list {sidecar['feature_version']}, this release has "
            f"{wanted}; train again: loudong train"
        )
