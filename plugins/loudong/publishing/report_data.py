"""What the report says, read from the published views and the run ledger."""

from datetime import date
from typing import Any

from psycopg.rows import dict_row

from loudong.warehouse.connect import Connection

Record = dict[str, Any]

MOST_BUILDINGS = 25
MOST_ALERTS = 25
MOST_CUSTOMERS = 20
MOST_DAYS = 60

_QUERIES = {
    "days": """
        select * from (
            select as_of_date, customer_count, high_count, medium_count, low_count, risen_count, fallen_count,
                past_due_count, in_default_count, exposure_amount, past_due_amount, arrears_ratio,
                high_exposure_amount, mean_pd, weighted_pd, opened_alert_count, open_alert_count,
                model_version, is_hindsight, policy_version, run_id, published_at
            from bi.portfolio_daily where as_of_date <= %(date)s order by as_of_date desc limit %(days)s
        ) as newest order by as_of_date""",
    "buildings": """
        select building_id, building_name, customer_count, high_count, medium_count, low_count, risen_count,
            exposure_amount, arrears_ratio, weighted_pd
        from bi.building_daily where as_of_date = %(date)s
        order by high_exposure_amount desc, high_count desc, building_id limit %(buildings)s""",
    "moves": """
        select coalesce(previous_tier, 'new') as previous_tier, tier, count(*) as customers
        from risk.customer_tier where run_id = %(run_id)s group by 1, 2""",
    "risen": """
        select customer_id, customer_name_masked, building_name, previous_tier, tier, pd, exposure_amount,
            dpd_days, tier_decided_by, floor_code, reasons_en, reasons_zh
        from bi.customer_360
        where as_of_date = %(date)s and customer_id in (
            select customer_id from risk.customer_tier where run_id = %(run_id)s
            and array_position(array['low', 'medium', 'high'], tier)
                > array_position(array['low', 'medium', 'high'], previous_tier)
            order by array_position(array['high', 'medium'], tier), customer_id limit %(customers)s
        ) order by pd desc, customer_id""",
    "alerts": """
        select customer_id, customer_name_masked, building_id, rule_name_en, rule_name_zh, remedy_en, severity, status,
            indicator, value, operator, threshold, owner_role, owner_id, opened_date, due_date, is_overdue
        from bi.alert_board where is_open and opened_date <= %(date)s
        order by opened_date desc, array_position(array['critical', 'major', 'minor'], severity), exposure_amount desc,
            alert_id
        limit %(alerts)s""",
    "risks": """
        select customer_id, customer_name_masked, building_name, tier, pd, score_points, exposure_amount, dpd_days,
            tier_decided_by, floor_code, reasons_en, reasons_zh
        from bi.customer_360
        where as_of_date = %(date)s and customer_id in (
            select customer_id from risk.customer_score where run_id = %(run_id)s
            order by pd desc, customer_id limit %(customers)s
        ) order by pd desc, customer_id""",
    "evaluations": """
        select distinct on (model_name, model_version, protocol) model_name, model_version, protocol, n, bads, auc,
            auc_low, auc_high, ks, brier, mean_pd, bad_rate, evaluated_at
        from ops.model_evaluation
        where slice = 'all' and (model_name, model_version) in (
            select distinct model_name, model_version from risk.customer_score where run_id = %(run_id)s)
        order by model_name, model_version, protocol, evaluated_at desc""",
    "gates": """
        select gate, count(*) as checks, count(*) filter (where outcome = 'pass') as passed,
            count(*) filter (where outcome <> 'pass' and severity = 'warning') as warnings,
            count(*) filter (where outcome <> 'pass' and severity = 'critical') as failures
        from ops.quality_result where run_id = %(told_run_id)s group by gate
        order by array_position(array['landing', 'marts', 'scores'], gate)""",
    "faults": """
        select gate, table_name, expectation, column_name, severity, outcome, observed_value, unexpected_count, remedy
        from ops.quality_result where run_id = %(told_run_id)s and outcome <> 'pass'
        order by severity, gate, table_name limit 30""",
    "steps": """
        select step, state, started_at, row_count, extract(epoch from ended_at - started_at) as seconds
        from ops.run_step where run_id = %(told_run_id)s order by started_at""",
    "stale": """
        select count(distinct as_of_date) as dates, min(as_of_date) as first_date, max(as_of_date) as last_date,
            bool_or(as_of_date = %(date)s) as is_told, coalesce(sum(row_count) filter (where as_of_date = %(date)s), 0)
                as row_count
        from ops.stale_date""",
    "portfolio": "select settings from landing.portfolio order by portfolio_id desc limit 1",
}


def collect(connection: Connection, as_of_date: date, run_id: str) -> dict[str, Any]:
    """Everything the page shows about `as_of_date`, whose standing run is `run_id`, by section name."""
    told = connection.execute(
        "select run_id from ops.run where as_of_date = %s and result_hash is not null order by started_at desc limit 1",
        (as_of_date,),
    ).fetchone()
    parameters = {
        "date": as_of_date,
        "run_id": run_id,
        # The newest run of the date: what stands may be older when the newest found nothing changed.
        "told_run_id": told[0] if told else run_id,
        "days": MOST_DAYS,
        "buildings": MOST_BUILDINGS,
        "alerts": MOST_ALERTS,
        "customers": MOST_CUSTOMERS,
    }
    cursor = connection.cursor(row_factory=dict_row)
    data: dict[str, Any] = {
        name: cursor.execute(query.encode(), parameters).fetchall() for name, query in _QUERIES.items()
    }
    data["today"] = data["days"][-1]
    data["before"] = data["days"][-2] if len(data["days"]) > 1 else None
    data["portfolio"] = data["portfolio"][0]["settings"]
    data["stale"] = data["stale"][0]
    data["told_run_id"] = parameters["told_run_id"]
    data["moves"] = {(move["previous_tier"], move["tier"]): move["customers"] for move in data["moves"]}
    data["pds"] = _column(connection, "select pd from risk.customer_score where run_id = %s", run_id)
    content = connection.execute(
        "select content from ops.policy_version where policy_version = %s", (data["today"]["policy_version"],)
    ).fetchone()
    data.update(_policy(connection, run_id, content[0] if content else {}))
    return data


def _policy(connection: Connection, run_id: str, content: dict[str, list[dict[str, str]]]) -> dict[str, Any]:
    """Cut-offs between tiers, and customers per bucket, both from the policy that decided."""
    bounds = [float(row["min_pd"]) for row in content.get("tier_cutoff", [])]
    counts: dict[str, int] = dict(
        connection.execute(
            "select bucket_code, count(*) from marts.fct_customer_features where run_id = %s group by 1", (run_id,)
        ).fetchall()
    )
    buckets = sorted(content.get("delinquency_bucket", []), key=lambda row: int(row["sort_order"]))
    return {
        "cutoffs": sorted(bound for bound in bounds if bound > 0),
        "buckets": [(row["name_en"], counts.get(row["bucket_code"], 0)) for row in buckets],
    }


def _column(connection: Connection, query: str, parameter: str) -> list[Any]:
    return [row[0] for row in connection.execute(query.encode(), (parameter,)).fetchall()]
