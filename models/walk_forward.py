"""Walk-forward: a past date is scored by a model that saw no outcome after it, trained anew every calendar quarter."""

import logging
from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime, timedelta
from itertools import groupby
from zoneinfo import ZoneInfo

import numpy as np

from loudong.errors import LoudongError, TooLittleError
from loudong.pipeline.runs import Run
from loudong.portfolio.settings import PortfolioSettings
from loudong.warehouse.connect import Connection, connect
from models.evaluation import horizon_end
from models.features import feature_version, model_features
from models.learning import learn
from models.panel import Panel, read_rows, require_enough
from models.points import score_points
from models.quarters import (
    QuarterModel,
    keep_scorer,
    known_before,
    load_scorer,
    next_quarter,
    quarter_start,
    read_quarters,
    recipe_hash,
    record_quarter,
    require_unseen,
    walk_forward_name,
)
from models.reading import Batch, read_features
from models.scorer import Scorer

COPY_SCORES = (
    "copy risk.walk_forward_score (customer_id, as_of_date, run_id, pd, score_points, model_name, model_version, "
    "known_before) from stdin"
)

logger = logging.getLogger(__name__)


def quarters_of(run: Run) -> list[date]:
    """First days of the quarters in which the dates of the run lie."""
    return sorted({quarter_start(day) for day in run.as_of_dates})


def quarters_to_train(run: Run, label_known_before: datetime) -> list[date]:
    """First days of the quarters that began by `label_known_before`, from the first on by which an outcome of the panel
    was known."""
    horizon = timedelta(days=run.portfolio.horizon_days)
    last = label_known_before.astimezone(ZoneInfo(run.portfolio.timezone)).date()
    quarter, quarters = quarter_start(min(run.as_of_dates) + horizon), []
    while (quarter := next_quarter(quarter)) <= last:
        quarters.append(quarter)
    return quarters


def lacking_quarters(run: Run) -> list[date]:
    """Those of `quarters_of` of which it was never settled what scores them."""
    quarters = quarters_of(run)
    with connect() as connection:
        standing = read_quarters(connection, run.portfolio, quarters)
    return [quarter for quarter in quarters if quarter not in standing]


def train_quarters(panel_run: Run, quarters: Iterable[date]) -> list[QuarterModel]:
    """Settle what scores each of the quarters: a model trained on the rows of the panel whose outcomes were known when
    the quarter began, or, where those are too few, nothing. What was learned from the same rows stays.

    The panel must hold every date that was known by the newest of the quarters.
    """
    portfolio, quarters = panel_run.portfolio, sorted(quarters)
    panel = read_rows(panel_run, model_features())
    with connect() as connection:
        standing = read_quarters(connection, portfolio, quarters)
    settled = []
    for quarter in quarters:
        rows = panel.until(quarter - timedelta(days=1 + portfolio.horizon_days))
        model = standing.get(quarter)
        if model is None or model.panel_hash != rows.content_hash:
            model = _settle(rows, quarter, portfolio, panel_run.run_id)
            record_quarter(model)
            logger.info("%s", model.summary())
        settled.append(model)
    return settled


def without_model(portfolio: PortfolioSettings, quarters: Iterable[date], reason: str) -> list[QuarterModel]:
    """Keep that nothing scores these quarters, of which no panel can be built, and why."""
    nobody = np.empty(0)
    models = [replace(_unsettled(nobody, "", quarter, portfolio, None), reason=reason) for quarter in quarters]
    for model in models:
        record_quarter(model)
    return models


def _settle(rows: Panel, quarter: date, portfolio: PortfolioSettings, run_id: str) -> QuarterModel:
    model = _unsettled(rows.bad, rows.content_hash, quarter, portfolio, run_id)
    try:
        scorer = learn_quarter(rows, quarter, portfolio.horizon_days)
    except TooLittleError as error:
        return replace(model, reason=str(error))
    told = {
        "panel_run_id": run_id,
        "panel_hash": rows.content_hash,
        "rows": len(rows),
        "defaults": model.default_count,
        "customer_share": rows.customer_share,
        "outcomes_until": scorer.outcomes_until.isoformat(),
    }
    version, content_hash = keep_scorer(scorer, model.model_name, quarter, told)
    dates = rows.distinct_dates
    return replace(
        model,
        state="trained",
        first_date=dates[0],
        last_date=dates[-1],
        outcomes_until=scorer.outcomes_until,
        model_version=version,
        content_hash=content_hash,
    )


def _unsettled(
    bad: np.ndarray, panel_hash: str, quarter: date, portfolio: PortfolioSettings, run_id: str | None
) -> QuarterModel:
    return QuarterModel(
        model_name=walk_forward_name(portfolio),
        quarter_start_date=quarter,
        recipe_hash=recipe_hash(portfolio),
        state="not_enough_data",
        known_before=known_before(quarter, portfolio.timezone),
        panel_hash=panel_hash,
        panel_run_id=run_id,
        row_count=len(bad),
        default_count=int(bad.sum()),
    )


def learn_quarter(rows: Panel, quarter: date, horizon_days: int) -> Scorer:
    """The model of a quarter from `rows`, as a training learns before it judges.

    Raises a TooLittleError, and a LoudongError where an outcome was not known before the quarter began.
    """
    require_enough(rows)
    outcomes_until = horizon_end(rows.distinct_dates[-1], horizon_days)
    require_unseen(outcomes_until, quarter)
    learned = learn(rows, np.ones(len(rows), dtype=bool))
    version = feature_version(model_features())
    return Scorer(learned.booster, learned.calibrator, rows.categories, version, outcomes_until)


def score_walk_forward(run: Run) -> int:
    """Write the pd of every customer and date of a panel run whose quarter has a model; how many. Replaces the run's
    own rows, all in one transaction.

    A LoudongError where it was never settled what scores a quarter.
    """
    lacking = lacking_quarters(run)
    if lacking:
        raise LoudongError(
            f"no model was trained for the quarters from {', '.join(map(str, lacking))}; "
            "run: loudong train --walk-forward"
        )
    with connect() as connection:
        models = read_quarters(connection, run.portfolio, quarters_of(run))
        scorers = {quarter: load_scorer(model) for quarter, model in models.items() if model.state == "trained"}
        connection.execute("delete from risk.walk_forward_score where run_id = %s", (run.run_id,))
        batches = read_features(run, model_features()) if scorers else ()
        return sum(_write(connection, run, models, scorers, batch) for batch in batches)


def _write(
    connection: Connection,
    run: Run,
    models: dict[date, QuarterModel],
    scorers: dict[date, Scorer],
    batch: Batch,
) -> int:
    """The rows of a batch, which are ordered by date, quarter by quarter."""
    count, start = 0, 0
    for quarter, days in groupby(batch.dates, quarter_start):
        here = slice(start, start := start + len(list(days)))
        if quarter not in scorers:
            continue
        scorer, known = scorers[quarter], models[quarter].known_before
        pds = scorer.pd(batch.frame.iloc[here])
        rows = zip(batch.customers[here], batch.dates[here], pds.tolist(), score_points(pds).tolist(), strict=True)
        with connection.cursor().copy(COPY_SCORES) as copy:
            for customer, as_of_date, pd, points in rows:
                copy.write_row((customer, as_of_date, run.run_id, pd, points, scorer.model_name, scorer.version, known))
        count += len(pds)
    return count
