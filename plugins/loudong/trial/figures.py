"""What a trial found, as plain values: who moves and why, loss, buildings, and what defaults either policy foresaw."""

from datetime import date
from typing import Any

from psycopg.rows import dict_row

from loudong.policy import Policy
from loudong.policy.tables import TIERS
from loudong.trial import alerts
from loudong.trial.engine import run_sql
from loudong.trial.reasons import why
from loudong.trial.trying import SIDES, Question
from loudong.warehouse.connect import Connection

Figures = dict[str, Any]

_QUERIES = {
    "matrix": """
        select baseline_tier, candidate_tier, count(*) as customers, sum(exposure_amount)::double precision as exposure
        from trial_pair {where} group by 1, 2
        order by array_position(array['high', 'medium', 'low'], baseline_tier),
            array_position(array['high', 'medium', 'low'], candidate_tier)""",
    "moves": """
        select baseline_tier, candidate_tier, baseline_by, candidate_by, baseline_floor, candidate_floor,
            count(*) as customers, sum(exposure_amount)::double precision as exposure
        from trial_pair {where} and baseline_tier <> candidate_tier group by 1, 2, 3, 4, 5, 6
        order by customers desc, 1, 2, 3, 4, 5, 6""",
    "movers": """
        select customer_id, building_id, baseline_tier, candidate_tier, baseline_by, candidate_by, baseline_floor,
            candidate_floor, candidate_pd as pd, exposure_amount::double precision as exposure
        from trial_pair {where} and baseline_tier <> candidate_tier
        order by exposure_amount desc, customer_id limit 50""",
    "loss": """
        select tier.tier,
            count(*) filter (where baseline_tier = tier.tier) as baseline_customers,
            count(*) filter (where candidate_tier = tier.tier) as candidate_customers,
            coalesce(sum(exposure_amount) filter (where baseline_tier = tier.tier), 0)::double precision
                as baseline_exposure,
            coalesce(sum(exposure_amount) filter (where candidate_tier = tier.tier), 0)::double precision
                as candidate_exposure,
            coalesce(sum(baseline_loss) filter (where baseline_tier = tier.tier), 0) as baseline_loss,
            coalesce(sum(candidate_loss) filter (where candidate_tier = tier.tier), 0) as candidate_loss
        from trial_pair cross join unnest(array['high', 'medium', 'low']) as tier (tier) {where}
        group by 1 order by array_position(array['high', 'medium', 'low'], tier.tier)""",
    "buildings": """
        select building_id, count(*) as customers, sum(exposure_amount)::double precision as exposure,
            count(*) filter (where baseline_tier <> candidate_tier) as moved,
            count(*) filter (where baseline_tier = 'high') as baseline_high,
            count(*) filter (where candidate_tier = 'high') as candidate_high,
            count(*) filter (where baseline_alerted) as baseline_alerted,
            count(*) filter (where candidate_alerted) as candidate_alerted,
            sum(baseline_loss) as baseline_loss, sum(candidate_loss) as candidate_loss,
            coalesce(sum(baseline_loss) filter (where baseline_tier = 'high'), 0) as baseline_high_loss,
            coalesce(sum(candidate_loss) filter (where candidate_tier = 'high'), 0) as candidate_high_loss
        from trial_pair {where} group by 1 order by moved desc, exposure desc, 1""",
    "tier_moves": """
        select count(*) filter (where moved) as moved, count(*) as compared from (
            select {side}_tier <> lag({side}_tier) over (partition by customer_id order by as_of_date) as moved
            from trial_pair) as followed where moved is not null""",
}

_FORESEEN = """
    select count(*) as defaults, count(*) filter (where {side}_high) as high,
        count(*) filter (where {side}_watched) as watched, count(*) filter (where {side}_alerted) as alerted,
        percentile_disc(0.5) within group (order by {side}_lead_days) as median_lead_days
    from trial_default
"""


def figures(connection: Connection, question: Question) -> Figures:
    """Everything the report shows, from the temporary tables that `tried` leaves."""
    run_sql(connection, "pairs")
    last = question.decided_dates[-1]
    found: Figures = {
        "candidate": _named(question.candidate),
        "baseline": _named(question.baseline),
        "title": question.portfolio.title,
        "currency": question.portfolio.currency,
        "horizon_days": question.portfolio.horizon_days,
        "dates": [day.isoformat() for day in question.decided_dates],
        "left_out": {day.isoformat(): reason for day, reason in sorted(question.left_out.items())},
        "run_ids": question.run_ids,
        "matrix": {"last": _rows(connection, "matrix", last), "all": _rows(connection, "matrix", None)},
        "moves": {"last": _moves(connection, question, last), "all": _moves(connection, question, None)},
        "movers": [row | {"why": why(row, question)} for row in _rows(connection, "movers", last)],
        "loss": _rows(connection, "loss", last),
        "buildings": _rows(connection, "buildings", last),
        "tier_moves": {side: _rows(connection, "tier_moves", None, side)[0] for side in SIDES},
        "alerts": {
            side: alerts.of_side(connection, side, getattr(question, side), question.decided_dates) for side in SIDES
        },
        "outcomes": _outcomes(connection),
    }
    return found


def migrated(found: Figures, over: str = "last") -> int:
    """How many customers (customer-dates over `all` dates) have another tier under the candidate."""
    return sum(row["customers"] for row in found["matrix"][over] if row["baseline_tier"] != row["candidate_tier"])


def _named(policy: Policy) -> dict[str, Any]:
    return {"version": policy.version, "content_hash": policy.content_hash}


def _rows(connection: Connection, name: str, day: date | None, side: str = "") -> list[dict[str, Any]]:
    where = "where true" if day is None else "where as_of_date = %(day)s"
    text = _QUERIES[name].replace("{where}", where).replace("{side}", side)
    return connection.cursor(row_factory=dict_row).execute(text.encode(), {"day": day}).fetchall()


def _moves(connection: Connection, question: Question, day: date | None) -> list[dict[str, Any]]:
    """Moves by what made them, rises and falls alike."""
    return [
        row | {"why": why(row, question), "is_rise": _rank(row["candidate_tier"]) > _rank(row["baseline_tier"])}
        for row in _rows(connection, "moves", day)
    ]


def _rank(tier: str) -> int:
    return TIERS.index(tier)


def _outcomes(connection: Connection) -> dict[str, Any] | None:
    """Defaults that followed dates whose horizon has ended, and how many each policy had pointed at; None without
    labels."""
    if connection.execute("select to_regclass('marts.fct_default_label') is null").fetchone() == (True,):
        return None
    run_sql(connection, "outcomes")
    row = (
        connection.cursor(row_factory=dict_row)
        .execute(
            "select count(distinct label.as_of_date) as dates, min(label.as_of_date) as first_date, "
            "max(label.as_of_date) as last_date from trial_run as run inner join marts.fct_default_label as label "
            "on label.run_id = run.run_id and label.as_of_date = run.as_of_date and label.is_mature"
        )
        .fetchone()
    )
    if row is None or not row["dates"]:
        return None
    cursor = connection.cursor(row_factory=dict_row)
    sides = {side: cursor.execute(_FORESEEN.replace("{side}", side).encode()).fetchone() for side in SIDES}
    return {
        "dates": row["dates"],
        "first_date": row["first_date"].isoformat(),
        "last_date": row["last_date"].isoformat(),
        "sides": sides,
    }
