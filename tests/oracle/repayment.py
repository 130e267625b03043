"""Repayment families of one customer: delinquency, lateness, payments, contracts in sequence."""

from datetime import date
from decimal import Decimal
from statistics import fmean
from typing import Any

from oracle import policy_rows
from oracle.contracts import Standing, worst_days
from oracle.coverage import ZERO
from oracle.delinquency import standing_default
from oracle.landed import Row, month_distance, ratio

Values = dict[str, Any]


def repayment(standing: Standing | None, day: date) -> Values:
    """Delinquency: the worst contract counts."""
    facts = list(standing.contracts.values()) if standing else []
    counted = [fact for fact in facts if fact["dpd_days"] is not None]
    alive = [fact for fact in facts if fact["is_open"] or (fact["past_due_amount"] or 0) > 0]
    bad = sum(
        (f["outstanding_amount"] for f in facts if f["category_code"] in ("substandard", "doubtful", "loss")), ZERO
    )
    held = standing_default(standing.defaults) if standing else None
    ended = [end for _, end in standing.defaults if end is not None] if standing else []
    events = [entry.default_date for entry in standing.entries if entry.is_recorded] if standing else []
    place = max((fact["place"] for fact in alive if fact["place"] is not None), default=None)
    return {
        "dpd_days": max((fact["dpd_days"] for fact in counted), default=None),
        "delinquent_days": max((fact["delinquent_days"] for fact in counted), default=None),
        "past_due_amount": sum((fact["past_due_amount"] for fact in counted), ZERO) if counted else None,
        "past_due_contract_count": sum(fact["dpd_days"] > 0 for fact in counted) if counted else None,
        "bucket_code": policy_rows.bucket(max((fact["dpd_days"] for fact in counted), default=None)),
        "category_code": policy_rows.category_at(place),
        "is_non_performing": None
        if place is None
        else policy_rows.category_at(place) in ("substandard", "doubtful", "loss"),
        "stage_number": max((f["stage_number"] for f in alive if f["stage_number"] is not None), default=None),
        "non_performing_ratio": ratio(bad, sum((fact["outstanding_amount"] for fact in facts), ZERO)),
        "is_in_default": held is not None,
        "default_days": (day - held).days if held else None,
        "days_since_default_end_days": (day - max(ended)).days if ended else None,
        "has_default_event_365d": any(0 <= (day - event).days < 365 for event in events if event),
    }


def lateness(standing: Standing | None, day: date, is_known: bool) -> Values:
    """How late installments were, of those that fell due and are not zero; nothing where there is none."""
    books = standing.account if standing else None
    dues = [due for due in books.dues if due.due_date <= day and due.amount > 0] if books and is_known else []
    if not dues or books is None or standing is None:
        return {}
    settled = {due.installment_id: books.settled_date(due) for due in dues}
    late = {
        due.installment_id: max((min(settled[due.installment_id] or day, day) - due.due_date).days, 0) for due in dues
    }
    early = [
        (due.due_date - at).days
        for due in dues
        if (at := settled[due.installment_id]) is not None and at < due.due_date
    ]
    days_late = list(late.values())
    ordered = sorted(dues, key=lambda due: due.order)
    newest = max(dues, key=lambda due: due.due_date).due_date
    streak = 0
    for due in ordered:
        streak = 0 if late[due.installment_id] > 0 else streak + 1
    mean = sum(days_late) / len(days_late)
    values: Values = {
        "installment_count": len(dues),
        "worst_dpd_ever_days": max(worst_days(books, standing.pauses, due, None) for due in dues),
        "late_installment_ever_count": sum(days > 0 for days in days_late),
        "mean_days_late_ever": fmean(days_late),
        "mean_days_early_ever": fmean(early) if early else None,
        "days_late_spread": (sum((days - mean) ** 2 for days in days_late) / len(days_late)) ** 0.5,
        "first_days_late": late[ordered[0].installment_id],
        "last_days_late": late[next(due for due in ordered if due.due_date == newest).installment_id],
        "on_time_streak_count": streak,
    }
    for window in (30, 90, 180, 365):
        inside = [due for due in dues if (day - due.due_date).days < window]
        mine = [late[due.installment_id] for due in inside]
        values[f"due_amount_{window}d"] = sum((due.amount for due in inside), ZERO) if inside else None
        if window == 30:
            continue
        values |= {
            f"installment_{window}d_count": len(inside),
            f"late_installment_{window}d_count": sum(days > 0 for days in mine),
            f"on_time_{window}d_ratio": 1 - sum(days > 0 for days in mine) / len(mine) if mine else None,
            f"mean_days_late_{window}d": fmean(mine) if mine else None,
            f"worst_dpd_{window}d_days": max(worst_days(books, standing.pauses, due, window) for due in dues),
        }
        if window == 365:
            values["worst_days_late_365d_days"] = max(mine, default=None)
        if window != 180:
            missed = [due for due in inside if due.due_date < day]
            values[f"missed_amount_{window}d"] = (
                sum((books.uncovered_now(due) for due in missed), ZERO) if missed else None
            )
    for months, window in ((3, 90), (6, 180), (12, 365)):
        values[f"worst_bucket_{months}m_code"] = policy_rows.bucket(values[f"worst_dpd_{window}d_days"])
    quarter, year = values["mean_days_late_90d"], values["mean_days_late_365d"]
    values["days_late_trend"] = quarter - year if quarter is not None and year is not None else None
    return values


def paid(payments: list[Row], day: date) -> Values:
    """What was paid within 400 days; nothing where nothing was."""
    recent = [(row["paid_amount"], (day - row["payment_date"]).days, row["payment_date"]) for row in payments]
    recent = [payment for payment in recent if payment[1] < 400]
    if not recent:
        return {}
    values: Values = {}
    for window in (7, 30, 90, 180, 365):
        inside = [amount for amount, age, _ in recent if age < window]
        values[f"paid_amount_{window}d"] = sum(inside, ZERO)
        if window > 7:
            values[f"payment_{window}d_count"] = sum(amount > 0 for amount in inside)
        if window in (90, 365):
            values[f"reversal_{window}d_count"] = sum(amount < 0 for amount in inside)
    for month in range(6):
        values[f"paid_amount_m{month}"] = sum(
            (amount for amount, _, when in recent if month_distance(when, day) == month), ZERO
        )
    positive = [(amount, age) for amount, age, _ in recent if amount > 0]
    values["largest_payment_amount_90d"] = max((amount for amount, age in positive if age < 90), default=None)
    values["days_since_payment_days"] = min((age for _, age in positive), default=None)
    return values


def history(standing: Standing | None, day: date) -> Values:
    """Contracts in sequence, newest first."""
    if standing is None or not standing.contracts:
        return {}
    facts = sorted(standing.contracts.values(), key=lambda f: (f["signed_date"], f["contract_id"]), reverse=True)
    books = standing.account
    terms, closed_late, first_late = [], [], []
    for fact in facts:
        dates = [due.due_date for due in books.dues if due.contract_id == fact["contract_id"]]
        last_due, first_due = max(dates, default=None), min(dates, default=None)
        end, first_paid = fact["end_date"] or last_due, books.first_payment_date(fact["contract_id"])
        terms.append((end - fact["start_date"]).days if end else None)
        closed_late.append((fact["closed_date"] - last_due).days if fact["closed_date"] and last_due else None)
        first_late.append((first_paid - first_due).days if first_paid and first_due and dates else None)
    limits = [fact["agreed_limit_amount"] for fact in facts]
    lives = [(f["closed_date"] - f["signed_date"]).days for f in facts if f["closed_date"]]
    earlier = facts[1] if len(facts) > 1 else None
    older_limits = [limit for limit in limits[1:] if limit is not None]
    return {
        "newest_limit_amount": limits[0],
        "newest_interest_rate_pct": facts[0]["interest_rate_pct"],
        "newest_term_days": terms[0],
        "newest_charge_ratio": _charge(facts[0]["interest_rate_pct"], terms[0]),
        "limit_growth_ratio": ratio(limits[0], limits[1] if earlier else None),
        "limit_to_largest_ratio": ratio(limits[0], max(older_limits, default=None)),
        "mean_limit_amount": _mean([limit for limit in limits if limit is not None]),
        "days_since_previous_contract_days": (day - earlier["signed_date"]).days if earlier else None,
        "days_since_previous_close_days": (day - earlier["closed_date"]).days
        if earlier and earlier["closed_date"]
        else None,
        "previous_closed_late_days": closed_late[1] if earlier else None,
        "previous_first_payment_late_days": first_late[1] if earlier else None,
        "mean_closed_late_last3_days": _mean([late for late in closed_late[1:4] if late is not None]),
        "mean_closed_late_days": _mean([late for late in closed_late if late is not None]),
        "worst_closed_late_days": max((late for late in closed_late if late is not None), default=None),
        "mean_first_payment_late_days": _mean([late for late in first_late if late is not None]),
        "worst_first_payment_late_days": max((late for late in first_late if late is not None), default=None),
        "closed_late_ratio": _mean([int(late > 0) for late in closed_late if late is not None]),
        "first_payment_late_ratio": _mean([int(late > 0) for late in first_late if late is not None]),
        "mean_contract_life_days": _mean(lives),
    }


def _charge(rate_pct: Decimal | None, term_days: int | None) -> float | None:
    """Simple interest of a rate in percent a year over a term of days, as a part of the amount."""
    return None if rate_pct is None or term_days is None else float(rate_pct * term_days / 36500)


def _mean(values: list[Any]) -> float | None:
    return float(sum(Decimal(value) for value in values) / len(values)) if values else None
