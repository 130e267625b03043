"""How earlier scores came true: the published date whose horizon ends with the run's date, beside what happened."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

import numpy as np
from scipy.stats import beta

from loudong.pipeline.runs import Run
from loudong.warehouse.connect import Connection, connect
from models.metrics import Floats, merit
from models.watched import Finding, Rule

if TYPE_CHECKING:
    import numpy.typing as npt

# Of the interval that says whether defaults differ from those expected by more than chance (Jeffreys).
CONFIDENCE = 0.99

# Scores made without hindsight, of customers who were not in default; bad where a default began within the horizon, as
# the run knows it.
SCORED = """
    select
        score.customer_id, score.pd, score.model_version, (entry.customer_id is not null)::integer,
        coalesce(feature.building_id, 'unknown')
    from ops.publication
    inner join risk.customer_score as score using (run_id, as_of_date)
    inner join marts.fct_customer_features as feature using (run_id, as_of_date, customer_id)
    left join (
        select distinct customer_id from intermediate.int_delinquency__default_entry
        where default_date > %(day)s and default_date <= %(last)s
    ) as entry using (customer_id)
    where
        publication.as_of_date = %(day)s and publication.superseded_at is null
        and not score.is_hindsight and not feature.is_in_default
    order by score.customer_id
"""


@dataclass(frozen=True)
class Matured:
    """Scores of a published date and what became of them within the horizon."""

    as_of_date: date
    model_version: str
    customers: "npt.NDArray[np.str_]"
    pd: Floats
    bad: Floats
    buildings: "npt.NDArray[np.str_]"


def matured_findings(run: Run, model_name: str, rules: dict[str, Rule]) -> list[Finding]:
    """Calibration and discrimination of the date whose horizon ends with the run's; none where it was not published."""
    with connect() as connection:
        found = _read(connection, run)
        if found is None:
            return []
        judged = connection.execute(
            "select auc from ops.model_evaluation where model_name = %s and model_version = %s and slice = 'all' "
            "and protocol <> 'matured' order by evaluated_at desc limit 1",
            (model_name, found.model_version),
        ).fetchone()
    return [
        observed_to_expected(found, rules["observed_to_expected"]),
        auc_fall(found, judged[0] if judged else None, rules["auc_fall"]),
    ]


def _read(connection: Connection, run: Run) -> Matured | None:
    day = run.as_of_date - timedelta(days=run.portfolio.horizon_days)
    rows = connection.execute(SCORED.encode(), {"day": day, "last": run.as_of_date}).fetchall()
    if not rows:
        return None
    customers, pd, versions, bad, buildings = zip(*rows, strict=True)
    pds, bads = np.array(pd, np.float64), np.array(bad, np.float64)
    return Matured(day, versions[0], np.array(customers), pds, bads, np.array(buildings))


def observed_to_expected(matured: Matured, rule: Rule) -> Finding:
    """Defaults over those expected. Crossed when further from 1 than the bound, either way, and when what was expected
    lies outside the interval of what was observed."""
    n, bads, expected = len(matured.bad), int(matured.bad.sum()), float(matured.pd.sum())
    ratio = bads / expected
    low, high = beta.ppf([(1 - CONFIDENCE) / 2, (1 + CONFIDENCE) / 2], bads + 0.5, n - bads + 0.5) * n
    beyond = not 1 / rule.bound <= ratio <= rule.bound and not low <= expected <= high
    state = "not_enough_data" if max(bads, expected) < rule.least_count else "crossed" if beyond else "ok"
    return Finding("observed_to_expected", matured.as_of_date.isoformat(), ratio, 1.0, n, None, rule.bound, state)


def auc_fall(matured: Matured, judged: float | None, rule: Rule) -> Finding:
    """The AUC beside that at training. Crossed when its whole interval lies more than the bound below."""
    figures = merit(matured.bad, matured.pd, matured.customers, matured.buildings)
    enough = figures.bads >= rule.least_count and figures.auc_high is not None and judged is not None
    beyond = enough and (figures.auc_high or 0) < (judged or 0) - rule.bound
    state = "not_enough_data" if not enough else "crossed" if beyond else "ok"
    return Finding(
        "auc_fall", matured.as_of_date.isoformat(), figures.auc, judged, len(matured.bad), None, rule.bound, state
    )
