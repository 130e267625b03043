"""Cases at the edges of definitions, with what a person with a calendar and a pencil says of them on 1 March 2024.

Each case is a customer of its own. Arrears of a person are material above 800, of an enterprise above 4000. All dates
and numbers are written out, none is computed.
"""

from dataclasses import dataclass, field
from typing import Any

Rows = list[dict[str, Any]]
KNOWN = "T12:00:00+08:00"
IN_TIME = "2024-03-01T23:59:59.999999+08:00"
TOO_LATE = "2024-03-02T00:00:00+08:00"


@dataclass
class Case:
    """Landed rows of one customer and the values expected of the customer and of contract A (or `of`)."""

    name: str
    rows: dict[str, Rows]
    customer: dict[str, Any] = field(default_factory=dict)
    contract: dict[str, Any] = field(default_factory=dict)
    of: str = "A"
    kind: str = "person"


def contract(name: str = "A", **terms: Any) -> dict[str, Any]:
    signed = {"signed_date": "2022-01-01", "start_date": "2022-01-01", "observed_at": "2022-01-01" + KNOWN}
    return {"contract_id": name, "contract_type_code": "loan", **signed, **terms}


def due(day: str, amount: Any = 1000, contract: str = "A", **more: Any) -> dict[str, Any]:
    agreed = {"agreed_date": "2022-01-01", "observed_at": "2022-01-01" + KNOWN}
    key = {"installment_id": f"{contract}-{day}", "contract_id": contract}
    return {**key, "due_date": day, "due_amount": amount, **agreed, **more}


def paid(day: str, amount: Any = 1000, contract: str = "A", **more: Any) -> dict[str, Any]:
    key = {"payment_id": f"{contract}-{day}-{amount}", "contract_id": contract}
    return {**key, "payment_date": day, "paid_amount": amount, "observed_at": day + KNOWN, **more}


def pause(start: str, end: str, kind: str = "hardship", **more: Any) -> dict[str, Any]:
    agreed = {"agreed_date": "2022-01-01", "observed_at": "2022-01-01" + KNOWN, "contract_id": "A"}
    return {"pause_id": f"{start}-{end}", "start_date": start, "end_date": end, "kind_code": kind, **agreed, **more}


def event(end: str) -> dict[str, Any]:
    day = {"event_date": "2023-06-01", "observed_at": "2023-12-05" + KNOWN}
    return {"default_event_id": "E", "contract_id": "A", "reason_code": "unlikely_to_pay", "end_date": end, **day}


def late(days: int, due_date: str, bucket: str, category: str, stage: int, default_date: str | None = None) -> Case:
    """One installment of 1000, never paid, due so many days before."""
    clause = "current" if days == 0 else "past_due"
    stage_clause = {1: "none", 2: "past_due", 3: "default"}[stage]
    of_both = {"dpd_days": days, "bucket_code": bucket, "category_code": category, "stage_number": stage}
    of_both |= {"past_due_amount": 1000 if days else 0, "is_in_default": default_date is not None}
    clauses = {"category_clause_code": clause, "stage_clause_code": stage_clause, "default_date": default_date}
    rows = {"contract": [contract()], "installment": [due(due_date)]}
    return Case(f"{days}_days_past_due", rows, {**of_both, "worst_dpd_ever_days": days}, of_both | clauses)


DAYS_PAST_DUE = [
    late(0, "2024-03-01", "d0", "normal", 1),
    late(1, "2024-02-29", "d1_30", "special_mention", 1),
    late(30, "2024-01-31", "d1_30", "special_mention", 1),
    late(31, "2024-01-30", "d31_60", "special_mention", 2),
    late(60, "2024-01-01", "d31_60", "special_mention", 2),
    late(61, "2023-12-31", "d61_90", "special_mention", 2),
    late(90, "2023-12-02", "d61_90", "special_mention", 2),
    # Past due from 2 December on, so 1 March is the 91st day.
    late(91, "2023-12-01", "d91_120", "substandard", 3, "2024-03-01"),
    late(120, "2023-11-02", "d91_120", "substandard", 3, "2024-02-01"),
    late(121, "2023-11-01", "d121_180", "substandard", 3, "2024-01-31"),
    late(180, "2023-09-03", "d121_180", "substandard", 3, "2023-12-03"),
    late(181, "2023-09-02", "d181", "substandard", 3, "2023-12-02"),
    late(270, "2023-06-05", "d181", "substandard", 3, "2023-09-04"),
    late(271, "2023-06-04", "d181", "doubtful", 3, "2023-09-03"),
    late(360, "2023-03-07", "d181", "doubtful", 3, "2023-06-06"),
    late(361, "2023-03-06", "d181", "loss", 3, "2023-06-05"),
]


def owes(name: str, amount: Any, default: bool, kind: str = "person", **terms: Any) -> Case:
    """91 days past due with an amount at the edge of materiality."""
    values = {"is_in_default": default, "stage_number": 3 if default else 2, "category_code": "substandard"}
    rows = {"contract": [contract(**terms)], "installment": [due("2023-12-01", amount)]}
    return Case(name, rows, {"dpd_days": 91, "is_in_default": default}, values, kind=kind)


MATERIALITY = [
    owes("person_at_800", "800", False),
    owes("person_above_800", "800.0001", True),
    owes("enterprise_at_4000", "4000", False, "enterprise"),
    owes("enterprise_above_4000", "4000.0001", True, "enterprise"),
    owes("at_1_pct_of_the_limit", "1000", False, limit_amount="100000"),
    owes("above_1_pct_of_the_limit", "1000.0001", True, limit_amount="100000"),
]


def pays(name: str, payments: Rows, customer: dict[str, Any], contract_: dict[str, Any] | None = None) -> Case:
    """One installment of 1000, due on 31 January, 30 days before."""
    rows = {"contract": [contract()], "installment": [due("2024-01-31")], "payment": payments}
    return Case(name, rows, customer, contract_ or {})


COVERED = {"dpd_days": 0, "past_due_amount": 0, "bucket_code": "d0", "missed_amount_90d": 0}
OPEN = {"dpd_days": 30, "past_due_amount": 1000, "late_installment_90d_count": 1, "missed_amount_90d": 1000}
PAYMENTS = [
    pays("on_the_due_date", [paid("2024-01-31")], {**COVERED, "on_time_90d_ratio": 1.0, "worst_dpd_90d_days": 0}),
    # One day late, and yet at the end of no day past due.
    pays("a_day_after", [paid("2024-02-01")], {**COVERED, "last_days_late": 1, "worst_dpd_90d_days": 0}),
    pays("two_days_after", [paid("2024-02-02")], {**COVERED, "last_days_late": 2, "worst_dpd_90d_days": 1}),
    pays("in_advance", [paid("2023-12-15")], {**COVERED, "mean_days_early_ever": 47.0, "on_time_streak_count": 1}),
    pays("in_part", [paid("2024-01-31", 400)], {"dpd_days": 30, "past_due_amount": 600, "paid_ratio_90d": 0.4}),
    pays("in_two_parts", [paid("2024-01-31", 400), paid("2024-02-10", 600)], {**COVERED, "last_days_late": 10}),
    pays("all_but_the_last_digit", [paid("2024-01-31", "999.9999")], {"dpd_days": 30, "past_due_amount": "0.0001"}),
    pays(
        "reversed",
        [paid("2024-01-31"), paid("2024-02-10", -1000)],
        {**OPEN, "worst_dpd_90d_days": 30, "reversal_90d_count": 1, "paid_amount_90d": 0, "payment_90d_count": 1},
    ),
    pays(
        "reversed_and_paid_again",
        [paid("2024-01-31"), paid("2024-02-10", -1000), paid("2024-02-20", "1000.00")],
        {**COVERED, "last_days_late": 20, "worst_dpd_90d_days": 19, "paid_amount_30d": 0, "paid_amount_90d": 1000},
    ),
    pays(
        "reversed_on_the_day_described",
        [paid("2024-01-31"), paid("2024-03-01", -1000)],
        {**OPEN, "paid_amount_7d": -1000},
    ),
    pays("known_just_in_time", [paid("2024-01-31", observed_at=IN_TIME)], COVERED),
    pays("known_at_midnight", [paid("2024-01-31", observed_at=TOO_LATE)], OPEN),
    pays("deleted", [paid("2024-01-31"), paid("2024-01-31", is_deleted="true", observed_at=IN_TIME)], OPEN),
    pays(
        "deleted_too_late", [paid("2024-01-31"), paid("2024-01-31", is_deleted="true", observed_at=TOO_LATE)], COVERED
    ),
    pays(
        "corrected_and_back",
        [
            paid("2024-01-31", 1000, payment_id="P"),
            paid("2024-01-31", 100, payment_id="P", observed_at="2024-02-01" + KNOWN),
            paid("2024-01-31", 1000, payment_id="P", observed_at="2024-02-02" + KNOWN),
        ],
        {**COVERED, "paid_amount_365d": 1000},
    ),
    pays("unassigned_with_one_contract", [paid("2024-01-31", contract="")], COVERED),
]
