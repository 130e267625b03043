"""What deciding a day costs, its features at hand; pd grows with days past due, and is no model's."""

import time
from dataclasses import dataclass
from datetime import date

from loudong.decisions.decide import decide
from loudong.pipeline import runs, steps
from loudong.warehouse.connect import connect

# Spread over the customers as a model spreads it: most near nothing, those past due much.
_SCORES = """
    insert into risk.customer_score (
        customer_id, as_of_date, run_id, pd, score_points, model_name, model_version, feature_version, is_hindsight,
        reasons
    )
    select customer_id, as_of_date, run_id, pd, 600, 'none', '0', '', false, '[]'
    from (
        select
            customer_id, as_of_date, run_id,
            least(
                0.001 + 0.1 * power(abs(hashtext(customer_id) / 2147483648.0), 4) + coalesce(dpd_days, 0) * 0.004, 0.9
            ) as pd
        from marts.fct_customer_features where run_id = %s
    ) as guessed
"""


@dataclass(frozen=True)
class DecideMeasure:
    """Seconds that deciding the tiers of `customers` took, what follows for groups and defaults included."""

    customers: int
    seconds: float


def measure(day: date) -> DecideMeasure:
    """Build a date and decide it."""
    run = runs.open_run("daily", (day,), steps.record_policy())
    try:
        steps.build(run.run_id, steps.EVERYTHING)
        with connect() as connection:
            customers = connection.execute(_SCORES.encode(), (run.run_id,)).rowcount
        started = time.perf_counter()
        decide(runs.load_run(run.run_id))
        return DecideMeasure(customers, time.perf_counter() - started)
    finally:
        runs.close_run(run.run_id, "failed", "a benchmark publishes nothing")
