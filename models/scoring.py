"""Scoring: the champion over the features of a run, in batches, written in one transaction."""

import json
from typing import Any

from loudong.errors import LoudongError
from loudong.pipeline.runs import Run
from loudong.settings import get_settings
from loudong.warehouse.connect import Connection, connect
from models.encoding import encode
from models.explanation import contributions, reasons
from models.features import Feature, model_features
from models.panel import as_numbers
from models.points import score_points
from models.registry import Scorer, load_champion

COPY_SCORES = (
    "copy risk.customer_score (customer_id, as_of_date, run_id, pd, score_points, model_name, model_version, "
    "feature_version, is_hindsight, reasons) from stdin"
)


def score(run: Run) -> int:
    """Write pd, score points and reasons of every customer of the run; how many. Replaces the run's own rows.

    A score is marked as hindsight when the model learned from outcomes after its date. Raises a LoudongError without
    a champion or without features.
    """
    scorer = load_champion()
    features = model_features()
    names = ", ".join(feature.name for feature in features)
    with connect() as reading, connect() as writing, reading.cursor(name="features") as cursor:
        writing.execute("delete from risk.customer_score where run_id = %s", (run.run_id,))
        cursor.itersize = get_settings().score_batch_rows
        cursor.execute(
            f"select customer_id, as_of_date, {names} from marts.fct_customer_features where run_id = %s "
            "order by customer_id, as_of_date",
            (run.run_id,),
        )
        count = 0
        while rows := cursor.fetchmany(get_settings().score_batch_rows):
            _write(writing, run, scorer, features, rows)
            count += len(rows)
        if count == 0:
            raise LoudongError(f"run {run.run_id} has no features to score; no customer is active on its date")
        writing.execute(
            "update ops.run set model_name = %s, model_version = %s where run_id = %s",
            (scorer.model_name, scorer.version, run.run_id),
        )
    return count


def _write(
    connection: Connection, run: Run, scorer: Scorer, features: tuple[Feature, ...], rows: list[tuple[Any, ...]]
) -> None:
    import numpy as np
    import pandas as pd

    columns = ["customer_id", "as_of_date", *(feature.name for feature in features)]
    frame = pd.DataFrame(rows, columns=columns)
    values = encode(as_numbers(frame, features), features, scorer.categories)
    pds = scorer.calibrator.pd(np.asarray(scorer.booster.predict(values, raw_score=True)))
    points = score_points(pds)
    plain = [dict(zip(columns, row, strict=True)) for row in rows]
    told = reasons(contributions(scorer.booster, values), plain, features)
    with connection.cursor().copy(COPY_SCORES) as copy:
        for row, probability, point, reason in zip(rows, pds, points, told, strict=True):
            copy.write_row(
                (
                    row[0],
                    row[1],
                    run.run_id,
                    float(probability),
                    int(point),
                    scorer.model_name,
                    scorer.version,
                    scorer.feature_version,
                    scorer.outcomes_until > row[1],
                    json.dumps(reason, ensure_ascii=False),
                )
            )
