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

if TYPE_CHECKING:
    import pandas as pd

COPY_SCORES = (
    "copy risk.customer_score (customer_id, as_of_date, run_id, pd, score_points, model_name, model_version, "
    "feature_version, is_hindsight, reasons) from stdin"
)


@dataclass(frozen=True)
class Scores:
    """What a model says of customers, in their order: probability of default, score points, and why, in order."""

    pd: npt.NDArray[np.float64]
    score_points: npt.NDArray[np.int64]
    reasons: list[list[dict[str, Any]]]


def score(run: Run) -> int:
    """Write pd, score points and reasons of every customer of the run; how many. Replaces the run's own rows.

    A score is marked as hindsight when the model learned from outcomes after its date. Raises a LoudongError without
    a champion or without features.
    """
    scorer = load_champion()
    with connect() as connection:
        connection.execute("delete from risk.customer_score where run_id = %s", (run.run_id,))
        count = sum(_write(connection, run, scorer, batch) for batch in read_features(run, model_features()))
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
