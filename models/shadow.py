"""The challenger in shadow: it scores what the champion scores, nothing is decided on it; time tells who is right."""

import logging
from dataclasses import dataclass, replace
from datetime import date

import numpy as np

from loudong.errors import UnfitModelError
from loudong.warehouse.connect import connect
from models.metrics import Floats, Merit, merit
from models.registry import CHALLENGER, aliases, current_name, load_version
from models.scorer import Scorer
from models.tracking import mlflow_client, reaching_mlflow

logger = logging.getLogger(__name__)

# Customers whom both scored without hindsight on a published date, not in default then; bad where a default began on a
# published date within the horizon, which has ended.
_MATURED = """
    select
        shadow.model_name, shadow.model_version, shadow.customer_id, score.pd, shadow.pd,
        exists (
            select 1 from risk.default_start as started
            inner join ops.publication as later using (run_id, as_of_date)
            where
                started.customer_id = shadow.customer_id and later.superseded_at is null
                and started.as_of_date > shadow.as_of_date
                and started.as_of_date <= shadow.as_of_date + %(horizon_days)s
        )::integer
    from ops.publication
    inner join risk.shadow_score as shadow using (run_id, as_of_date)
    inner join risk.customer_score as score using (run_id, as_of_date, customer_id)
    inner join marts.fct_customer_features as feature using (run_id, as_of_date, customer_id)
    where
        publication.superseded_at is null
        and publication.as_of_date + %(horizon_days)s
        <= (select max(as_of_date) from ops.publication where superseded_at is null)
        and not shadow.is_hindsight and not score.is_hindsight and not feature.is_in_default
    order by shadow.model_name, shadow.model_version, shadow.as_of_date, shadow.customer_id
"""
_SEEN = """
    select
        shadow.model_name, shadow.model_version, count(distinct shadow.as_of_date), min(shadow.as_of_date),
        max(shadow.as_of_date), count(*), avg(shadow.pd), avg(score.pd), corr(ln(shadow.pd), ln(score.pd))
    from ops.publication
    inner join risk.shadow_score as shadow using (run_id, as_of_date)
    inner join risk.customer_score as score using (run_id, as_of_date, customer_id)
    where publication.superseded_at is null
    group by shadow.model_name, shadow.model_version
    order by min(shadow.as_of_date), shadow.model_version
"""


@dataclass(frozen=True)
class Shadow:
    """A challenger over the published dates on which it scored beside the champions of those dates.

    `correlation` is that of the logarithms of both pd (None: one does not vary). `merit` and `merit_champion` judge
    both on the same customers whose horizon has ended; None where there are none yet.
    """

    model_name: str
    version: str
    date_count: int
    first_date: date
    last_date: date
    score_count: int
    mean_pd: float
    mean_pd_champion: float
    correlation: float | None
    merit: Merit | None = None
    merit_champion: Merit | None = None

    def summary(self) -> str:
        """One line of figures."""
        alike = "" if self.correlation is None else f", correlation {self.correlation:.3f}"
        text = (
            f"{self.model_name} {self.version} in shadow on {self.date_count:,} dates from {self.first_date} to "
            f"{self.last_date}: mean pd {self.mean_pd:.4f} for {self.mean_pd_champion:.4f}{alike}"
        )
        if self.merit is None or self.merit_champion is None or self.merit.auc is None:
            return f"{text}; too few outcomes are known yet"
        return (
            f"{text}; on {self.merit.n:,} outcomes with {self.merit.bads:,} defaults AUC {self.merit.auc:.3f} for "
            f"{self.merit_champion.auc:.3f}"
        )


@reaching_mlflow()
def load_challenger() -> Scorer | None:
    """The version that waits to become champion; None where there is none, or where it was trained on another feature
    list, which a log line says."""
    name, client = current_name(), mlflow_client()
    version = aliases(client, name).get(CHALLENGER)
    if version is None:
        return None
    try:
        return load_version(client, name, version)
    except UnfitModelError as unfit:
        logger.warning("the challenger scores nothing in shadow: %s", unfit)
        return None


def shadows(horizon_days: int) -> list[Shadow]:
    """Every challenger that scored in shadow on a published date, in the order in which they began."""
    with connect() as connection:
        seen = connection.execute(_SEEN.encode()).fetchall()
        rows = connection.execute(_MATURED.encode(), {"horizon_days": horizon_days}).fetchall() if seen else []
    judged: dict[tuple[str, str], list[tuple[str, float, float, int]]] = {}
    for name, version, *row in rows:
        judged.setdefault((name, version), []).append(tuple(row))
    found = []
    for figures in seen:
        challenger, champion = _merits(judged.get((figures[0], figures[1]), []))
        found.append(replace(Shadow(*figures), merit=challenger, merit_champion=champion))
    return found


def _merits(rows: list[tuple[str, float, float, int]]) -> tuple[Merit | None, Merit | None]:
    """Merit of the challenger and of the champion on rows of customer, champion's pd, challenger's pd, bad."""
    if not rows:
        return None, None
    customers, before, after, bad = (np.array(column) for column in zip(*rows, strict=True))
    bads: Floats = bad.astype(np.float64)
    return merit(bads, after, customers), merit(bads, before, customers)
