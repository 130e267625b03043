"""The models of walk-forward as kept: one per calendar quarter in MLflow, what it learned from in the warehouse."""

import hashlib
import json
from dataclasses import asdict, dataclass, fields
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from loudong.errors import LoudongError
from loudong.pipeline.runs import cutoff
from loudong.portfolio.settings import PortfolioSettings
from loudong.warehouse.connect import Connection, connect
from models import boosting, tuning
from models.features import feature_version, model_features
from models.registry import SIDECAR, a_folder, experiment, model_name
from models.scorer import Scorer, scorer_of, sidecar_of
from models.tracking import mlflow_client, reaching_mlflow

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mlflow import MlflowClient

BOOSTER = "booster.txt"
# Settings of a portfolio that decide what a default is and when it counts.
LABEL_SETTINGS = {
    *("horizon_days", "timezone", "default_dpd_days", "default_cure_months", "materiality_amount", "judged_dates"),
}


@dataclass(frozen=True)
class QuarterModel:
    """What gives the dates of a quarter their pd, or, of the state `not_enough_data`, the reason why nothing does.

    It learned from `row_count` customer-dates of the panel `panel_run_id`, from `first_date` to `last_date`, whose
    outcomes no event after `outcomes_until` can change. A row of `ops.walk_forward_model`.
    """

    model_name: str
    quarter_start_date: date
    recipe_hash: str
    state: str
    known_before: datetime
    panel_hash: str
    panel_run_id: str | None
    row_count: int
    default_count: int
    first_date: date | None = None
    last_date: date | None = None
    outcomes_until: date | None = None
    model_version: str | None = None
    content_hash: str | None = None
    reason: str | None = None

    def summary(self) -> str:
        """One line for a person."""
        start = self.quarter_start_date
        name = f"{start.year} Q{(start.month + 2) // 3}"
        if self.state != "trained":
            return f"{name}: no model, no pd; {self.reason}"
        return (
            f"{name}: version {self.model_version}, learned from {self.row_count:,} customer-dates from "
            f"{self.first_date} to {self.last_date} with {self.default_count:,} defaults"
        )


_COLUMNS = [field.name for field in fields(QuarterModel)]
_KEY = ("model_name", "quarter_start_date", "recipe_hash")


def quarter_start(day: date) -> date:
    """First day of the calendar quarter of `day`."""
    return date(day.year, (day.month - 1) // 3 * 3 + 1, 1)


def next_quarter(quarter: date) -> date:
    """First day of the quarter after the one that begins on `quarter`."""
    return quarter_start(quarter + timedelta(days=100))


def known_before(quarter: date, timezone: str) -> datetime:
    """The first instant of a quarter: its model learned from what was known before."""
    return cutoff(quarter - timedelta(days=1), timezone)


def recipe_hash(portfolio: PortfolioSettings) -> str:
    """Sixteen hex digits over all that decides the model of a quarter beside its rows."""
    told = {
        "features": feature_version(model_features()),
        "label": portfolio.model_dump(mode="json", include=LABEL_SETTINGS),
        "boosting": boosting.recipe(),
        "tuning": tuning.recipe(),
    }
    return hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()[:16]


def walk_forward_name(portfolio: PortfolioSettings) -> str:
    """The name under which the models of the quarters are registered."""
    return model_name(portfolio.name).replace("default_", "walk_forward_", 1)


def read_quarters(
    connection: Connection, portfolio: PortfolioSettings, quarters: "Iterable[date]"
) -> dict[date, QuarterModel]:
    """What stands for each of the quarters as this release would train it; those never looked at are left out."""
    rows = connection.execute(
        f"select {', '.join(_COLUMNS)} from ops.walk_forward_model "
        "where model_name = %s and recipe_hash = %s and quarter_start_date = any(%s)".encode(),
        (walk_forward_name(portfolio), recipe_hash(portfolio), list(quarters)),
    ).fetchall()
    found = [QuarterModel(*row) for row in rows]
    return {model.quarter_start_date: model for model in found}


def record_quarter(model: QuarterModel) -> None:
    """Keep what stands for a quarter from now on."""
    renewed = ", ".join(f"{name} = excluded.{name}" for name in _COLUMNS if name not in _KEY)
    with connect() as connection:
        connection.execute(
            f"insert into ops.walk_forward_model ({', '.join(_COLUMNS)}) "
            f"values ({', '.join(f'%({name})s' for name in _COLUMNS)}) "
            f"on conflict ({', '.join(_KEY)}) do update set {renewed}, trained_at = clock_timestamp()".encode(),
            asdict(model),
        )


@reaching_mlflow()
def keep_scorer(scorer: Scorer, name: str, quarter: date, told: dict[str, Any]) -> tuple[str, str]:
    """Register the model of a quarter with what is `told` of its training; its version and the hash of its content."""
    client = mlflow_client()
    import mlflow

    files = {BOOSTER: scorer.booster.model_to_string(), SIDECAR: json.dumps(sidecar_of(scorer), indent=1)}
    with mlflow.start_run(experiment_id=experiment(client, name), run_name=quarter.isoformat()) as run:
        mlflow.log_params(told | {"quarter_start_date": quarter.isoformat()})
        with a_folder() as folder:
            for file, text in files.items():
                (folder / file).write_text(text, encoding="utf-8")
            mlflow.log_artifacts(str(folder), "model")
    _require_name(client, name)
    made = client.create_model_version(
        name,
        source=f"runs:/{run.info.run_id}/model",
        run_id=run.info.run_id,
        tags={"quarter_start_date": quarter.isoformat()},
    )
    return str(made.version), _content_hash(files)


@reaching_mlflow()
def load_scorer(model: QuarterModel) -> Scorer:
    """The model of a quarter. A LoudongError when it is not what was kept, or saw outcomes of its own quarter."""
    import lightgbm

    client = mlflow_client()
    import mlflow

    version = str(model.model_version)
    run_id = client.get_model_version(model.model_name, version).run_id
    files = {file: mlflow.artifacts.load_text(f"runs:/{run_id}/model/{file}") for file in (BOOSTER, SIDECAR)}
    if _content_hash(files) != model.content_hash:
        raise LoudongError(
            f"{model.model_name} version {version} is not the one that was trained for the quarter from "
            f"{model.quarter_start_date}: its content in MLflow differs from ops.walk_forward_model"
        )
    sidecar = json.loads(files[SIDECAR])
    booster = lightgbm.Booster(model_str=files[BOOSTER])
    scorer = scorer_of(booster, sidecar["calibrator"], sidecar, model.model_name, version)
    require_unseen(scorer.outcomes_until, model.quarter_start_date)
    return scorer


def require_unseen(outcomes_until: date, quarter: date) -> None:
    """A LoudongError where a model saw outcomes that were not known before the quarter began."""
    if outcomes_until >= quarter:
        raise LoudongError(
            f"a model that saw outcomes until {outcomes_until} may not score the quarter from {quarter}: "
            "only what was known before its first day counts"
        )


def _content_hash(files: dict[str, str]) -> str:
    digest = hashlib.sha256()
    for file, text in sorted(files.items()):
        digest.update(f"{file}\0{text}\0".encode())
    return digest.hexdigest()


def _require_name(client: "MlflowClient", name: str) -> None:
    from mlflow.exceptions import MlflowException

    try:
        client.create_registered_model(name)
    except MlflowException as error:
        if error.error_code != "RESOURCE_ALREADY_EXISTS":
            raise
