"""What deciding a day costs, its features at hand; pd grows with days past due, and is no model's."""

import time
from dataclasses import dataclass
from datetime import date

from loudong.pipeline import opening, runs, steps
from loudong.warehouse.connect import connect

# Spread over the customers as a model spreads it: most near nothing, those past due much.
_SCORES = """
    insert into risk.customer_score (
        customer_id, as_of_date, run_id, pd, score_points, model_name, model_version, feature_version, is_hindsight,
        reasons
    )
    select
        customer_id, as_of_date, run_id, pd, round(600 + 20 * ln((1 - pd) / pd / 30) / ln(2)), 'none', '0', '', false,
        '[{"en": "no model said so", "zh": "并非模型所言"}]'
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
    """Seconds that deciding the tiers of `customers` took, what follows for groups and defaults included, and that
    publishing them took, with every alert, action and task of a first day."""

    customers: int
    seconds: float
    publish_seconds: float


def measure(day: date) -> DecideMeasure:
    """Build a date, decide it and publish it."""
    run_id = runs.open_run("daily", (day,), opening.record_policy()).run_id
    with runs.ending(run_id):
        steps.gate(run_id, "landing")
        steps.build(run_id, steps.EVERYTHING)
        steps.gate(run_id, "marts")
        with connect() as connection:
            customers = connection.execute(_SCORES.encode(), (run_id,)).rowcount
        steps.gate(run_id, "scores")
        started = time.perf_counter()
        steps.decide(run_id)
        decided = time.perf_counter()
        steps.build_reporting(run_id)
        publishing = time.perf_counter()
        steps.publish(run_id)
        return DecideMeasure(customers, decided - started, time.perf_counter() - publishing)
