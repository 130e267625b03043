"""Families repayment, lateness and paid of one customer."""

from collections.abc import Sequence
from datetime import date
from fractions import Fraction
from math import sqrt
from typing import Any

from reading import rules
from reading.contracts import WINDOWS, Position, worst_dpd
from reading.coverage import Coverage, Installment
from reading.delinquency import last_end, standing
from reading.landed import ZERO, Row, within

Values = dict[str, Any]
PAID_LOOKBACK_DAYS = 400


def quotient(part: Any, whole: Any) -> float | None:
    """A ratio; none where a part is missing or the whole is not positive."""
    if part is None or whole is None or whole <= 0:
        return None
    return float(Fraction(part) / Fraction(whole))


def mean(values: Sequence[Any]) -> float | None:
    return float(Fraction(sum(values)) / len(values)) if values else None


def spread(values: Sequence[Any]) -> float | None:
    """Population standard deviation."""
    if not values:
        return None
    centre = Fraction(sum(values)) / len(values)
    return sqrt(sum((Fraction(value) - centre) ** 2 for value in values) / len(values))


def repayment(position: Position, events: list[Row]) -> Values:
    """Where the customer stands over all contracts."""
    as_of, rows = position.coverage.as_of, list(position.contracts.values())
    scheduled = [row for row in rows if row["dpd_days"] is not None]
    dpd = max((row["dpd_days"] for row in scheduled), default=None)
    mattering = [row for row in rows if row["is_open"] or (row["past_due_amount"] or 0) > 0]
    category = None
    for row in mattering:
        category = row["category_code"] if rules.worse(row["category_code"], category) else category
    outstanding = sum((row["outstanding_amount"] for row in rows), ZERO)
    bad = [row["outstanding_amount"] for row in rows if rules.is_non_performing(row["category_code"])]
    default, ended = standing(position.defaults), last_end(position.defaults)
    return {
        "dpd_days": dpd,
        "delinquent_days": max((row["delinquent_days"] for row in scheduled), default=None),
        "past_due_amount": sum((row["past_due_amount"] for row in scheduled), ZERO) if scheduled else None,
        "past_due_contract_count": sum(row["dpd_days"] > 0 for row in scheduled) if scheduled else None,
        "bucket_code": rules.bucket(dpd),
        "category_code": category,
        "stage_number": max((r["stage_number"] for r in mattering if r["stage_number"] is not None), default=None),
        "non_performing_ratio": quotient(sum(bad, ZERO), outstanding),
        "is_in_default": default is not None,
        "default_days": None if default is None else (as_of - default.begin).days,
        "days_since_default_end_days": None if ended is None else (as_of - ended).days,
        "has_default_event_365d": any(within(event["event_date"], as_of, 365) for event in events),
    }


def lateness(position: Position) -> Values:
    """How late the installments were that fell due so far; calendar days, pauses not taken off."""
    coverage = position.coverage
    as_of = coverage.as_of
    dues = [due for due in coverage.queue if due.due_date <= as_of and due.due_amount > 0]
    if not dues:
        return {}
    late = {due: _late_days(due, coverage) for due in dues}
    values: Values = {
        "installment_count": len(dues),
        "late_installment_ever_count": sum(days > 0 for days in late.values()),
        "mean_days_late_ever": mean(list(late.values())),
        "days_late_spread": spread(list(late.values())),
        "mean_days_early_ever": mean([early for due in dues if (early := _early_days(due, coverage)) > 0]),
        "on_time_streak_count": _streak([late[due] for due in dues]),
        "first_days_late": late[dues[0]],
        "last_days_late": late[next(due for due in dues if due.due_date == dues[-1].due_date)],
        "worst_dpd_ever_days": worst_dpd(dues, coverage, position.pauses, None),
    }
    for days in (30, 90, 180, 365):
        mine = [due for due in dues if within(due.due_date, as_of, days)]
        values[f"due_amount_{days}d"] = sum((due.due_amount for due in mine), ZERO) if mine else None
        if days == 30:
            continue
        late_count = sum(late[due] > 0 for due in mine)
        values |= {
            f"installment_{days}d_count": len(mine),
            f"late_installment_{days}d_count": late_count,
            f"on_time_{days}d_ratio": float(1 - Fraction(late_count, len(mine))) if mine else None,
            f"mean_days_late_{days}d": mean([late[due] for due in mine]),
            f"worst_dpd_{days}d_days": worst_dpd(dues, coverage, position.pauses, days),
        }
        if days != 180:
            before = [due for due in mine if due.due_date < as_of]
            values[f"missed_amount_{days}d"] = (
                sum((coverage.uncovered(due, as_of) for due in before), ZERO) if before else None
            )
        if days == 365:
            values["worst_days_late_365d_days"] = max((late[due] for due in mine), default=None)
    for months, days in WINDOWS.items():
        values[f"worst_bucket_{months}m_code"] = rules.bucket(values[f"worst_dpd_{days}d_days"])
    quarter, year = values["mean_days_late_90d"], values["mean_days_late_365d"]
    values["days_late_trend"] = None if quarter is None or year is None else quarter - year
    return values


def _late_days(due: Installment, coverage: Coverage) -> int:
    settled = coverage.settled_date(due) or coverage.as_of
    return max((min(settled, coverage.as_of) - due.due_date).days, 0)


def _early_days(due: Installment, coverage: Coverage) -> int:
    settled = coverage.settled_date(due)
    return 0 if settled is None else (due.due_date - settled).days


def _streak(late_days: list[int]) -> int:
    """How many at the end were not late."""
    count = 0
    for days in reversed(late_days):
        if days > 0:
            break
        count += 1
    return count


def paid(payments: list[Row], as_of: date) -> Values:
    """What was paid, net of reversals, whatever it was paid on."""
    recent = [row for row in payments if within(row["payment_date"], as_of, PAID_LOOKBACK_DAYS)]
    if not recent:
        return {}

    def amounts(days: int) -> list[Any]:
        return [row["paid_amount"] for row in recent if within(row["payment_date"], as_of, days)]

    values: Values = {f"paid_amount_{days}d": sum(amounts(days), ZERO) for days in (7, 30, 90, 180, 365)}
    values |= {f"payment_{days}d_count": sum(a > 0 for a in amounts(days)) for days in (30, 90, 180, 365)}
    values |= {f"reversal_{days}d_count": sum(a < 0 for a in amounts(days)) for days in (90, 365)}
    values["largest_payment_amount_90d"] = max((a for a in amounts(90) if a > 0), default=None)
    came = [row["payment_date"] for row in recent if row["paid_amount"] > 0]
    values["days_since_payment_days"] = (as_of - max(came)).days if came else None
    for months in range(6):
        values[f"paid_amount_m{months}"] = sum(
            (row["paid_amount"] for row in recent if months_between(row["payment_date"], as_of) == months), ZERO
        )
    return values


def months_between(earlier: date, later: date) -> int:
    """Calendar months from one to the other, whatever the days."""
    return (later.year - earlier.year) * 12 + later.month - earlier.month
