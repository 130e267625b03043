"""Families that sources report: scores, statuses, balances, statements, contacts."""

from collections import defaultdict
from datetime import date, timedelta
from fractions import Fraction
from typing import Any

from oracle.coverage import ZERO
from oracle.landed import Moment, Row, by, month_distance, ratio

Values = dict[str, Any]


def credit_score(scores: list[Row], day: date) -> Values:
    """The source with the newest score of 580 days speaks (of several the first by name)."""
    scores = [row for row in scores if (day - row["score_date"]).days < 580]
    if not scores:
        return {}
    newest = max(row["score_date"] for row in scores)
    source = min(row["source_code"] for row in scores if row["score_date"] == newest)
    mine = {row["score_date"]: row["score_value"] for row in scores if row["source_code"] == source}
    values: Values = {
        "credit_score_value": mine[newest],
        "credit_score_age_days": (day - newest).days,
        "credit_score_lowest_365d": min((v for d, v in mine.items() if (day - d).days < 365), default=None),
    }
    for window in (30, 90, 180):
        earlier = [d for d in mine if (newest - d).days >= window]
        values[f"credit_score_change_{window}d"] = mine[newest] - mine[max(earlier)] if earlier else None
    return values


def reported_status(statuses: list[Row], day: date) -> Values:
    """Reported statuses of six calendar months as numbers; the worst contract counts."""
    codes = {"unused": -2, "paid_in_full": -1, "revolving": 0}
    numbers: dict[int, list[int]] = defaultdict(list)
    for row in statuses:
        month = month_distance(row["status_date"], day)
        if month < 6:
            months = 1 if row["months_past_due"] is None else row["months_past_due"]
            numbers[month].append(codes.get(row["status_code"], max(months, 1)))
    every = [number for month in numbers.values() for number in month]
    if not every:
        return {}
    return {
        **{f"reported_status_m{month}": max(numbers[month], default=None) for month in range(6)},
        "reported_worst_6m": max(every),
        "reported_late_6m_count": sum(number > 0 for number in every),
        "reported_months_late_6m_sum": sum(max(number, 0) for number in every),
    }


def balance(balances: list[Row], day: date) -> Values:
    """The newest balance of each contract in each of six calendar months."""
    newest: dict[tuple[str, int], Row] = {}
    for row in sorted(balances, key=lambda row: row["balance_date"]):
        if month_distance(row["balance_date"], day) < 6:
            newest[row["contract_id"], month_distance(row["balance_date"], day)] = row
    if not newest:
        return {}
    values: Values = {}
    for month in range(6):
        rows = [row for (_, when), row in newest.items() if when == month]
        values[f"balance_amount_m{month}"] = sum((row["balance_amount"] for row in rows), ZERO) if rows else None
        limits = [row["limit_amount"] for row in rows if row["limit_amount"] is not None]
        values[f"utilisation_ratio_m{month}"] = ratio(
            values[f"balance_amount_m{month}"], sum(limits, ZERO) if limits else None
        )
    amounts = [row["balance_amount"] for row in newest.values()]
    now, then = values["utilisation_ratio_m0"], values["utilisation_ratio_m3"]
    return values | {
        "largest_balance_amount": max(amounts),
        "mean_balance_amount": float(Fraction(sum(amounts)) / len(amounts)),
        "utilisation_change_90d": now - then if now is not None and then is not None else None,
    }


def statement(statements: list[Row], day: date) -> Values:
    """Ratios of the newest statement; Altman Z'' = 6.56 wc/ta + 3.26 re/ta + 6.72 ebit/ta + 1.05 equity/liabilities."""
    statements = [row for row in statements if (day - row["period_end_date"]).days < 800]
    if not statements:
        return {}
    newest = max(statements, key=lambda row: row["period_end_date"])
    ago = _year_before(newest["period_end_date"])
    earlier = [
        row
        for row in statements
        if row["period_months"] == newest["period_months"] and abs((row["period_end_date"] - ago).days) <= 3
    ]
    before = min(
        earlier, key=lambda row: (abs((row["period_end_date"] - ago).days), row["period_end_date"]), default=None
    )
    current, liabilities = newest["current_assets_amount"], newest["current_liabilities_amount"]
    assets, ebit = newest["total_assets_amount"], newest["operating_profit_amount"]
    parts = [
        (6.56, ratio(_minus(current, liabilities), assets)),
        (3.26, ratio(newest["retained_earnings_amount"], assets)),
        (6.72, ratio(None if ebit is None else Fraction(ebit) * 12 / newest["period_months"], assets)),
        (1.05, ratio(newest["equity_amount"], newest["total_liabilities_amount"])),
    ]
    revenue_before = before["revenue_amount"] if before else None
    return {
        "statement_age_days": (day - newest["period_end_date"]).days,
        "current_ratio": ratio(current, liabilities),
        "quick_ratio": ratio(_minus(current, newest["inventory_amount"]), liabilities),
        "leverage_ratio": ratio(newest["total_liabilities_amount"], assets),
        "interest_coverage_ratio": ratio(ebit, newest["interest_expense_amount"]),
        "net_margin_ratio": ratio(newest["net_profit_amount"], newest["revenue_amount"]),
        "cash_flow_ratio": ratio(newest["operating_cash_flow_amount"], liabilities),
        "revenue_change_yoy_ratio": ratio(_minus(newest["revenue_amount"], revenue_before), revenue_before),
        "altman_z_score": None
        if any(value is None for _, value in parts)
        else sum(weight * value for weight, value in parts if value is not None),
    }


def _minus(left: Any, right: Any) -> Any:
    return None if left is None or right is None else left - right


def _year_before(day: date) -> date:
    try:
        return day.replace(year=day.year - 1)
    except ValueError:
        return day.replace(year=day.year - 1, day=28)


def contact(interactions: list[Row], payments: list[Row], moment: Moment) -> Values:
    """Contacts and promises; a promise is broken when less was paid from the promise to its day."""
    rows = [{**row, "day": moment.local_day(row["interaction_at"])} for row in interactions]
    rows = [row for row in rows if (moment.day - row["day"]).days < 730]
    if not rows:
        return {}
    for row in rows:
        row["age"] = (moment.day - row["day"]).days
    kept = []
    for row in rows:
        if row["promised_date"] is None or row["promised_date"] >= moment.day or row["age"] >= 365:
            continue
        if row["promised_amount"] is None or row["promised_amount"] <= 0:
            continue
        span = [row["day"] + timedelta(n) for n in range((row["promised_date"] - row["day"]).days + 1)]
        money = sum((payment["paid_amount"] for payment in payments if payment["payment_date"] in span), ZERO)
        kept.append(money >= row["promised_amount"])
    satisfied = [
        row["satisfaction_score"] for row in rows if row["age"] < 365 and row["satisfaction_score"] is not None
    ]
    answered = [row["age"] for row in rows if row["is_answered"]]
    return {
        "contact_30d_count": sum(row["age"] < 30 for row in rows),
        "contact_90d_count": sum(row["age"] < 90 for row in rows),
        "unanswered_contact_30d_count": sum(row["age"] < 30 and row["is_answered"] is False for row in rows),
        "unanswered_contact_90d_count": sum(row["age"] < 90 and row["is_answered"] is False for row in rows),
        "complaint_90d_count": sum(row["age"] < 90 and bool(row["is_complaint"]) for row in rows),
        "satisfaction_365d": sum(satisfied) / len(satisfied) if satisfied else None,
        "days_since_contact_days": min(answered, default=None),
        "promise_365d_count": len(kept),
        "broken_promise_365d_count": sum(not was_kept for was_kept in kept),
    }


def occupancy(occupancies: list[Row], day: date) -> Values:
    """Units taken now and before."""
    if not occupancies:
        return {}
    current = [row for row in occupancies if row["end_date"] is None or row["end_date"] >= day]
    return {
        "occupied_area_sqm": sum((row["floor_area_sqm"] for row in current if row["floor_area_sqm"] is not None), ZERO),
        "unit_count": len(current),
        "occupancy_age_days": (day - min(row["start_date"] for row in occupancies)).days,
        "move_in_365d_count": sum(0 <= (day - row["start_date"]).days < 365 for row in occupancies),
        "move_out_365d_count": sum(
            row["end_date"] is not None and 0 <= (day - row["end_date"]).days < 365 for row in occupancies
        ),
        "is_anchor_tenant": any(row["is_anchor"] for row in current),
    }


def industries(indicators: list[Row], day: date) -> dict[str, Values]:
    """Mean newest value and change per industry."""
    found: dict[str, Values] = {}
    for industry, rows in by(indicators, "industry_code").items():
        newest, changes = [], []
        for mine in by(rows, "indicator_code").values():
            recent = {row["period_end_date"]: row["indicator_value"] for row in mine}
            recent = {when: value for when, value in recent.items() if (day - when).days < 400}
            if not recent:
                continue
            newest.append(recent[max(recent)])
            old = [when for when in recent if (day - when).days >= 90]
            if old:
                changes.append(recent[max(recent)] - recent[max(old)])
        if newest:
            found[industry] = {
                "industry_indicator_value": float(sum(newest) / len(newest)),
                "industry_indicator_change_90d": float(sum(changes) / len(changes)) if changes else None,
            }
    return found
