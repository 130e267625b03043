"""Scoring: the champion over the features of a run, in batches, written in one transaction."""

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from loudong.errors import LoudongError
from loudong.pipeline.runs import Run
from loudong.warehouse.connect import Connection, connect
from models.encoding import encode
from models.explanation import contributions, reasons
from models.features import model_features
from models.points import score_points
from models.reading import Batch, read_features
from models.registry import load_champion
from models.scorer import Scorer
from models.shadow import load_challenger

if TYPE_CHECKING:
    import pandas as pd

COPY_SCORES = (
    "copy risk.customer_score (customer_id, as_of_date, run_id, pd, score_points, model_name, model_version, "
    "feature_version, is_hindsight, reasons) from stdin"
)
COPY_SHADOW = (
    "copy risk.shadow_score (customer_id, as_of_date, run_id, pd, model_name, model_version, is_hindsight) from stdin"
)


@dataclass(frozen=True)
class Scores:
    """What a model says of customers, in their order: probability of default, score points, and why, in order."""

    pd: npt.NDArray[np.float64]
    score_points: npt.NDArray[np.int64]
    reasons: list[list[dict[str, Any]]]


def score(run: Run) -> int:
    """Write pd, score points and reasons of every customer of the run; how many. Replaces the run's own rows.

    Where a challenger stands beside the champion, its pd is kept as well, in shadow.

    A score is marked as hindsight when the model learned from outcomes after its date. Raises a LoudongError without
    a champion or without features.
    """
    return write_scores(run, load_champion(), load_challenger())


def write_scores(run: Run, scorer: Scorer, challenger: Scorer | None = None) -> int:
    """Write what `scorer` says of every customer of the run, and what `challenger` would; how many customers.

    In one transaction. Raises a LoudongError without features.
    """
    with connect() as connection:
        for table in ("customer_score", "shadow_score"):
            connection.execute(f"delete from risk.{table} where run_id = %s".encode(), (run.run_id,))
        count = 0
        for batch in read_features(run, model_features()):
            count += _write(connection, run, scorer, batch)
            if challenger is not None:
                _write_shadow(connection, run, challenger, batch)
        if count == 0:
            raise LoudongError(f"run {run.run_id} has no features to score; no customer is active on its date")
        connection.execute(
            "update ops.run set model_name = %s, model_version = %s where run_id = %s",
            (scorer.model_name, scorer.version, run.run_id),
        )
    return count


def score_frame(scorer: Scorer, frame: "pd.DataFrame") -> Scores:
    """What the model says of rows that hold its features: doubles, and text as text."""
    features = model_features()
    values = encode(frame, features, scorer.categories)
    pds = scorer.pd_encoded(values)
    shap = contributions(scorer.booster, values)
    moving = [features[position].name for position in np.flatnonzero(shap.any(axis=0))]
    told = reasons(shap, {name: frame[name].to_list() for name in moving}, features)
    return Scores(pds, score_points(pds), told)


def _write(connection: Connection, run: Run, scorer: Scorer, batch: Batch) -> int:
    scores = score_frame(scorer, batch.frame)
    rows = zip(
        batch.customers, batch.dates, scores.pd.tolist(), scores.score_points.tolist(), scores.reasons, strict=True
    )
    with connection.cursor().copy(COPY_SCORES) as copy:
        for customer, as_of_date, pd, points, why in rows:
            copy.write_row(
                (
                    customer,
                    as_of_date,
                    run.run_id,
                    pd,
                    points,
                    scorer.model_name,
                    scorer.version,
                    scorer.feature_version,
                    scorer.outcomes_until > as_of_date,
                    json.dumps(why, ensure_ascii=False),
                )
            )
    return len(batch.customers)


def _write_shadow(connection: Connection, run: Run, challenger: Scorer, batch: Batch) -> None:
    key = (challenger.model_name, challenger.version)
    with connection.cursor().copy(COPY_SHADOW) as copy:
        for customer, as_of_date, pd in zip(
            batch.customers, batch.dates, challenger.pd(batch.frame).tolist(), strict=True
        ):
            copy.write_row((customer, as_of_date, run.run_id, pd, *key, challenger.outcomes_until > as_of_date))
