"""Scoring: the champion over the features of a run, in batches, written in one transaction."""

import json
from dataclasses import dataclass
from typing import Any

from loudong.errors import LoudongError
from loudong.pipeline.runs import Run
from loudong.settings import get_settings
from loudong.warehouse.connect import Connection, connect
from models.encoding import encode
from models.explanation import contributions, reasons
from models.features import model_features
from models.panel import as_numbers
from models.points import score_points
from models.registry import Scorer, load_champion

COPY_SCORES = (
    "copy risk.customer_score (customer_id, as_of_date, run_id, pd, score_points, model_name, model_version, "
    "feature_version, is_hindsight, reasons) from stdin"
)


@dataclass(frozen=True)
class Scored:
    """What a model says of one customer: probability of default, score points, and why, in order."""

    pd: float
    score_points: int
    reasons: list[dict[str, Any]]


def score(run: Run) -> int:
    """Write pd, score points and reasons of every customer of the run; how many. Replaces the run's own rows.

    A score is marked as hindsight when the model learned from outcomes after its date. Raises a LoudongError without
    a champion or without features.
    """
    scorer = load_champion()
    columns = ["customer_id", "as_of_date", *(feature.name for feature in model_features())]
    with connect() as reading, connect() as writing, reading.cursor(name="features") as cursor:
        writing.execute("delete from risk.customer_score where run_id = %s", (run.run_id,))
        cursor.itersize = get_settings().score_batch_rows
        cursor.execute(
            f"select {', '.join(columns)} from marts.fct_customer_features where run_id = %s "
            "order by customer_id, as_of_date",
            (run.run_id,),
        )
        count = 0
        while rows := cursor.fetchmany(get_settings().score_batch_rows):
            _write(writing, run, scorer, [dict(zip(columns, row, strict=True)) for row in rows])
            count += len(rows)
        if count == 0:
            raise LoudongError(f"run {run.run_id} has no features to score; no customer is active on its date")
        writing.execute(
            "update ops.run set model_name = %s, model_version = %s where run_id = %s",
            (scorer.model_name, scorer.version, run.run_id),
        )
    return count


def score_rows(scorer: Scorer, rows: list[dict[str, Any]]) -> list[Scored]:
    """What the model says of rows that hold its features, in their order."""
    import numpy as np
    import pandas as pd

    features = model_features()
    frame = pd.DataFrame(rows, columns=["customer_id", "as_of_date", *(feature.name for feature in features)])
    values = encode(as_numbers(frame, features), features, scorer.categories)
    pds = scorer.calibrator.pd(np.asarray(scorer.booster.predict(values, raw_score=True)))
    points = score_points(pds)
    told = reasons(contributions(scorer.booster, values), rows, features)
    return [Scored(float(one), int(point), why) for one, point, why in zip(pds, points, told, strict=True)]


def _write(connection: Connection, run: Run, scorer: Scorer, rows: list[dict[str, Any]]) -> None:
    with connection.cursor().copy(COPY_SCORES) as copy:
        for row, scored in zip(rows, score_rows(scorer, rows), strict=True):
            copy.write_row(
                (
                    row["customer_id"],
                    row["as_of_date"],
                    run.run_id,
                    scored.pd,
                    scored.score_points,
                    scorer.model_name,
                    scorer.version,
                    scorer.feature_version,
                    scorer.outcomes_until > row["as_of_date"],
                    json.dumps(scored.reasons, ensure_ascii=False),
                )
            )
