"""What a customer's own reported rows say over time: slopes, spreads and changes, in the dictionary's words."""

import math
from collections.abc import Iterable
from datetime import date, timedelta
from fractions import Fraction
from itertools import pairwise
from typing import Any

from oracle.coverage import ZERO
from oracle.landed import Moment, Row, by, month_distance, ratio
from oracle.observed import statement

Values = dict[str, Any]


def slope(points: list[tuple[int, Any]]) -> Fraction | None:
    """Least squares; none under three points."""
    if len(points) < 3:
        return None
    mean_x = Fraction(sum(x for x, _ in points), len(points))
    mean_y = sum(Fraction(y) for _, y in points) / len(points)
    across = sum((x - mean_x) * (Fraction(y) - mean_y) for x, y in points)
    return across / sum((x - mean_x) ** 2 for x, _ in points)


def spread(values: Iterable[Any]) -> float | None:
    """Population standard deviation; none under two values."""
    exact = [Fraction(value) for value in values]
    if len(exact) < 2:
        return None
    mean = sum(exact) / len(exact)
    return math.sqrt(sum((value - mean) ** 2 for value in exact) / len(exact))


def mean(values: list[Any]) -> Fraction | None:
    return Fraction(sum(values)) / len(values) if values else None


def less(left: Any, right: Any) -> Any:
    return None if left is None or right is None else left - right


def speaking(scores: list[Row], day: date) -> tuple[str, dict[date, Any]] | None:
    """The source with the newest score of 580 days, and its scores by day."""
    recent = [row for row in scores if row["score_date"] > day - timedelta(580)]
    if not recent:
        return None
    newest = max(row["score_date"] for row in recent)
    name = min(row["source_code"] for row in recent if row["score_date"] == newest)
    return name, {row["score_date"]: row["score_value"] for row in recent if row["source_code"] == name}


def score_trend(scores: list[Row], day: date) -> Values:
    found = speaking(scores, day)
    if found is None:
        return {}
    mine = found[1]
    newest = max(mine)
    year = sorted(when for when in mine if when > day - timedelta(365))
    half = [when for when in year if when > day - timedelta(180)]
    steps = [mine[later] < mine[earlier] for earlier, later in pairwise(year)]
    before = [when for when in mine if when <= newest - timedelta(365)]
    highest = max((mine[when] for when in year), default=None)
    values: Values = {
        "credit_score_change_365d": mine[newest] - mine[max(before)] if before else None,
        "credit_score_365d_count": len(year),
        "credit_score_highest_365d": highest,
        "credit_score_below_highest_365d": less(highest, mine[newest]),
        "credit_score_spread_365d": spread(mine[when] for when in year),
        "credit_score_drop_365d_ratio": sum(steps) / len(steps) if steps else None,
    }
    for name, window in (("180d", half), ("365d", year)):
        found_slope = slope([((when - newest).days, mine[when]) for when in window])
        values[f"credit_score_slope_{name}"] = None if found_slope is None else float(30 * found_slope)
    return values


def status_trend(statuses: list[Row], day: date) -> Values:
    codes = {"unused": -2, "paid_in_full": -1, "revolving": 0}
    worst: dict[int, int] = {}
    for row in statuses:
        months = 1 if row["months_past_due"] is None else row["months_past_due"]
        back = month_distance(row["status_date"], day)
        number = codes.get(row["status_code"], max(months, 1))
        worst[back] = max(worst.get(back, number), number)
    worst = {back: number for back, number in worst.items() if back < 12}
    if not worst:
        return {}
    late = [back for back, number in worst.items() if number > 0]
    streak = 0
    while worst.get(min(worst) + streak, 0) > 0:
        streak += 1
    parts = [mean([max(worst[m], 0) for m in months if m in worst]) for months in (range(3), range(3, 6))]
    trend = less(*parts)
    return {
        "reported_status_trend_6m": None if trend is None else float(trend),
        "reported_worst_12m": max(worst.values()),
        "reported_late_month_12m_count": len(late),
        "reported_late_streak_count": streak,
        "reported_months_since_late_count": min(late, default=None),
    }


def balance_trend(balances: list[Row], day: date) -> Values:
    newest: dict[tuple[int, str], Row] = {}
    for row in sorted(balances, key=lambda row: row["balance_date"]):
        if month_distance(row["balance_date"], day) < 6:
            newest[month_distance(row["balance_date"], day), row["contract_id"]] = row
    if not newest:
        return {}
    months: dict[int, list[Row]] = {}
    for (month, _), row in newest.items():
        months.setdefault(month, []).append(row)
    total = {month: sum((row["balance_amount"] for row in rows), ZERO) for month, rows in months.items()}
    with_limit = {m: [row for row in rows if row["limit_amount"] is not None] for m, rows in months.items()}
    limit = {m: sum((row["limit_amount"] for row in rows), ZERO) for m, rows in with_limit.items()}
    used = {m: Fraction(total[m]) / Fraction(limit[m]) for m in months if limit[m] > 0}
    room = {m: sum(r["limit_amount"] - r["balance_amount"] for r in rows) for m, rows in with_limit.items() if rows}
    now, then = min(months), min(months) + 3
    slopes = [slope([(5 - m, value) for m, value in points.items()]) for points in (used, total)]
    return {
        "utilisation_slope_6m": None if slopes[0] is None else float(slopes[0]),
        "balance_slope_6m_amount": None if slopes[1] is None else float(slopes[1]),
        "utilisation_spread_6m_ratio": spread(used.values()),
        "utilisation_highest_6m_ratio": float(max(used.values())) if used else None,
        "utilisation_above_90_6m_count": sum(value > Fraction(9, 10) for value in used.values()) if used else None,
        "headroom_change_3m_amount": less(room.get(now), room.get(then)),
        "balance_change_3m_ratio": ratio(less(total[now], total.get(then)), total.get(then)),
        "days_since_balance_days": (day - max(row["balance_date"] for row in newest.values())).days,
    }


def headroom(contracts: list[Values]) -> Values:
    rows = [row for row in contracts if row["is_open"] and None not in (row["balance_amount"], row["limit_amount"])]
    return {"headroom_amount": sum(row["limit_amount"] - row["balance_amount"] for row in rows) if rows else None}


def statement_trend(statements: list[Row], day: date) -> Values:
    recent = [row for row in statements if row["period_end_date"] > day - timedelta(800)]
    if not recent:
        return {}
    now = max(recent, key=lambda row: row["period_end_date"])
    end = now["period_end_date"]
    ago = date(end.year - 1, end.month, 28 if (end.month, end.day) == (2, 29) else end.day)
    near = [
        (abs((row["period_end_date"] - ago).days), row["period_end_date"], row)
        for row in recent
        if row["period_months"] == now["period_months"] and abs((row["period_end_date"] - ago).days) <= 3
    ]
    then = min(near, key=lambda item: item[:2])[2] if near else dict.fromkeys(now)
    old = statement([then], then["period_end_date"]) if near else {}
    new = statement([now], end)
    profit, revenue, assets = now["net_profit_amount"], now["revenue_amount"], now["total_assets_amount"]
    year = Fraction(12, now["period_months"])
    receivables = now["receivables_amount"]
    before = then["net_profit_amount"]
    return {
        "working_capital_ratio": ratio(less(now["current_assets_amount"], now["current_liabilities_amount"]), assets),
        "equity_ratio": ratio(now["equity_amount"], assets),
        "is_equity_negative": None if now["equity_amount"] is None else now["equity_amount"] < 0,
        "cash_flow_coverage_ratio": ratio(now["operating_cash_flow_amount"], now["interest_expense_amount"]),
        "operating_margin_ratio": ratio(now["operating_profit_amount"], revenue),
        "return_on_assets_ratio": ratio(None if profit is None else Fraction(profit) * year, assets),
        "asset_turnover_ratio": ratio(None if revenue is None else Fraction(revenue) * year, assets),
        "receivable_days": ratio(None if receivables is None else Fraction(receivables) * 365 / year, revenue),
        "is_loss_making": None if profit is None else profit < 0,
        "net_profit_change_yoy_ratio": ratio(less(profit, before), None if before is None else abs(before)),
        "total_assets_change_yoy_ratio": ratio(less(assets, then["total_assets_amount"]), then["total_assets_amount"]),
        "leverage_change_yoy": less(new["leverage_ratio"], old.get("leverage_ratio")),
        "net_margin_change_yoy": less(new["net_margin_ratio"], old.get("net_margin_ratio")),
        "altman_z_change_yoy": less(new["altman_z_score"], old.get("altman_z_score")),
        "is_statement_audited": now["is_audited"],
    }


def contact_trend(interactions: list[Row], payments: list[Row], moment: Moment) -> Values:
    rows = [{**row, "day": moment.local_day(row["interaction_at"])} for row in interactions]
    rows = [{**row, "age": (moment.day - row["day"]).days} for row in rows]
    rows = [row for row in rows if row["age"] < 730]
    if not rows:
        return {}
    values: Values = {}
    for window in (7, 30, 90, 180, 365):
        mine = [row for row in rows if row["age"] < window]
        unanswered = sum(row["is_answered"] is False for row in mine)
        values[f"contact_{window}d_count"] = len(mine)
        values[f"unanswered_contact_{window}d_count"] = unanswered
        values[f"complaint_{window}d_count"] = sum(row["is_complaint"] is True for row in mine)
        told = [row for row in mine if row["is_answered"] is not None]
        if window in (90, 365):
            values[f"unanswered_contact_{window}d_ratio"] = unanswered / len(told) if told else None
    year = [row for row in rows if row["age"] < 365]
    last = max((row["interaction_at"] for row in year if row["is_answered"]), default=None)
    content = [
        mean([row["satisfaction_score"] for row in part if row["satisfaction_score"] is not None])
        for part in ([r for r in year if r["age"] < 90], [r for r in year if r["age"] >= 90])
    ]
    change = less(*content)
    promised = [row for row in year if row["promised_date"] is not None and row["promised_amount"] is not None]
    due = [row for row in promised if row["promised_amount"] > 0 and row["promised_date"] < moment.day]
    broken = [row for row in due if _paid(row, payments) < row["promised_amount"]]
    return values | {
        "unanswered_streak_count": sum(
            row["is_answered"] is False and (last is None or row["interaction_at"] > last) for row in year
        ),
        "dunning_contact_90d_count": sum(row["age"] < 90 and row["purpose_code"] == "dunning" for row in rows),
        "satisfaction_90d": None if content[0] is None else float(content[0]),
        "satisfaction_change_90d": None if change is None else float(change),
        "satisfaction_lowest_365d": min(
            (row["satisfaction_score"] for row in year if row["satisfaction_score"] is not None), default=None
        ),
        "days_since_attempt_days": min(row["age"] for row in rows),
        "days_since_complaint_days": min((row["age"] for row in rows if row["is_complaint"]), default=None),
        "kept_promise_365d_count": len(due) - len(broken),
        "kept_promise_365d_ratio": (len(due) - len(broken)) / len(due) if due else None,
        "broken_promise_90d_count": sum(row["age"] < 90 for row in broken),
        "open_promise_amount": sum(
            (row["promised_amount"] for row in promised if row["promised_date"] >= moment.day), ZERO
        ),
    }


def _paid(promise: Row, payments: list[Row]) -> Any:
    return sum(
        (row["paid_amount"] for row in payments if promise["day"] <= row["payment_date"] <= promise["promised_date"]),
        ZERO,
    )


def unit_trend(occupancies: list[Row], day: date) -> Values:
    if not occupancies:
        return {}

    def taken(when: date) -> list[Row]:
        alive = [row for row in occupancies if row["end_date"] is None or row["end_date"] >= when]
        return [row for row in alive if row["start_date"] <= when]

    def area(rows: list[Row]) -> Any:
        return sum((row["floor_area_sqm"] for row in rows if row["floor_area_sqm"] is not None), ZERO)

    now, then = taken(day), taken(day - timedelta(365))
    change = area(now) - area(then) if then else None
    ends = [row["end_date"] for row in now if row["end_date"] is not None]
    ending = [row for row in now if row["end_date"] is not None and row["end_date"] < day + timedelta(90)]
    recent = [day - timedelta(n) for n in range(90)]
    return {
        "occupied_building_count": len(by(now, "building_id")),
        "occupied_area_change_365d_sqm": change,
        "occupied_area_change_365d_ratio": ratio(change, area(then) if then else None),
        "current_occupancy_age_days": max(((day - row["start_date"]).days for row in now), default=None),
        "days_to_occupancy_end_days": min(((end - day).days for end in ends), default=None),
        "area_ending_90d_ratio": ratio(area(ending), area(now)),
        "move_in_90d_count": sum(row["start_date"] in recent for row in occupancies),
        "move_out_90d_count": sum(row["end_date"] in recent for row in occupancies),
    }
