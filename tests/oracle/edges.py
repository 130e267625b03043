"""Customers made by hand for a portfolio of chance: each stands at an edge that chance hardly ever meets."""

from typing import Any

from oracle.making import DATES, FIRST

Rows = list[tuple[str, dict[str, Any], int]]
DAYS = tuple(day.isoformat() for day in DATES)


def contract(signed: str = "2022-10-01", name: str = "K", **terms: Any) -> tuple[str, dict[str, Any]]:
    fixed = {"contract_id": name, "contract_type_code": "loan", "signed_date": signed, "start_date": signed}
    return "contract", {**fixed, **terms}


def due(day: str, amount: Any = 700, name: str = "K") -> tuple[str, dict[str, Any]]:
    row = {"installment_id": f"{name}-{day}-{amount}", "contract_id": name, "due_date": day, "due_amount": amount}
    return "installment", {**row, "agreed_date": "2022-10-01"}


def paid(day: str, amount: Any = 700, name: str = "K") -> tuple[str, dict[str, Any]]:
    row = {"payment_id": f"{name}-{day}-{amount}", "contract_id": name, "payment_date": day, "paid_amount": amount}
    return "payment", row


def pause(start: str, end: str, kind: str, agreed: str | None = None) -> tuple[str, dict[str, Any]]:
    row = {"pause_id": f"P-{start}", "contract_id": "K", "agreed_date": agreed or start, "kind_code": kind}
    return "pause", {**row, "start_date": start, "end_date": end}


def event(start: str, end: str) -> tuple[str, dict[str, Any]]:
    row = {"default_event_id": f"E-{start}", "contract_id": "K", "event_date": start, "end_date": end}
    return "default_event", {**row, "reason_code": "bankruptcy"}


def moved(at: str, counterparty: str) -> tuple[str, dict[str, Any]]:
    row = {"transaction_id": at, "transaction_at": at, "direction_code": "in", "transaction_amount": 5}
    return "transaction", {**row, "counterparty_id": counterparty}


LATE_ONCE = [contract(), due("2023-03-01"), paid("2023-06-15")]
CASES: dict[str, list[tuple[str, dict[str, Any]]]] = {
    # The pause begins when 91 days have been counted: the last of them makes the default.
    "paused_after_91_days": [contract(), due("2023-09-01", 1000), pause("2023-12-02", "", "hardship")],
    "paused_after_90_days": [contract(), due("2023-09-01", 1000), pause("2023-12-01", "", "hardship")],
    # Six months without arrears are over on 15 December: the day before the next arrears, or the day they begin.
    "late_again_when_cured": [*LATE_ONCE, due("2023-12-15", 600), paid("2023-12-20", 600)],
    "late_again_before_cured": [*LATE_ONCE, due("2023-12-14", 600), paid("2023-12-20", 600)],
    "uncovered_for_a_day": [
        *(contract(), due("2023-03-01"), paid("2023-03-01"), paid("2023-10-10", -700), paid("2023-10-11")),
    ],
    # Not missed, but only from the day after: on the day itself nothing can have been missed.
    "first_due_the_day_before": [contract("2024-01-10"), due("2024-02-28"), paid("2024-02-20")],
    # The second due date that counts is 29 February.
    "due_when_it_cleared": [*LATE_ONCE, due("2023-06-15", 100), due("2024-02-29", 100), paid("2023-06-14", 200)],
    "nothing_due_is_no_period": [
        *(*LATE_ONCE, due("2023-09-01", 0), due("2023-10-01", 100), due("2024-02-29", 100), paid("2023-09-30", 200)),
    ],
    # The second begins on the very day on which the first would be over.
    "default_after_default": [contract(), event("2022-12-01", "2023-01-10"), event("2023-04-10", "")],
    "default_a_day_later": [contract(), event("2022-12-01", "2023-01-10"), event("2023-04-11", "")],
    "restructured_a_year_ago": [contract(is_restructured="true"), event("2022-11-01", "2023-02-28")],
    "technical_until_today": [contract(), due("2024-02-24"), pause("2024-02-25", DAYS[0], "technical")],
    "technical_from_today": [contract(), due("2024-02-26"), pause(DAYS[1], "", "technical", DAYS[0])],
    "technical_too_long": [contract(), due("2024-02-18"), pause("2024-02-19", "", "technical")],
    "paid_400_days_ago": [contract(), due("2023-01-20"), paid("2023-01-26")],
    "second_contract_today": [
        *(contract(), due("2023-03-01"), due("2023-05-01"), ("payment", {**paid("2023-04-01")[1], "contract_id": ""})),
        contract(DAYS[1], "L"),
    ],
    "first_due_today": [contract(), due(DAYS[1])],
    "new_counterparty_today": [
        *(contract(), moved(f"{DAYS[1]}T00:00:00+08:00", "Y"), moved(f"{DAYS[0]}T23:59:59+08:00", "Z")),
    ],
    "alone_in_a_building": [contract(building_id="B9"), due("2023-03-01")],
    "alone_in_an_industry": [contract(), due("2023-03-01")],
}


def edges() -> Rows:
    """All rows of these customers, each known at noon of the day on which it took effect."""
    effective = {
        **{"contract": "signed_date", "installment": "agreed_date", "payment": "payment_date"},
        **{"pause": "agreed_date", "default_event": "event_date", "transaction": "transaction_at"},
    }
    found: Rows = []
    for name, rows in CASES.items():
        who = {"customer_id": name, "customer_type_code": "person", "valid_from_date": FIRST, "onboarded_date": FIRST}
        if name == "alone_in_an_industry":
            who["industry_code"] = "alone"
        found.append(("customer", {**who, "observed_at": _noon(FIRST.isoformat())}, 0))
        found += [
            (entity, {"customer_id": name, **row, "observed_at": _noon(str(row[effective[entity]])[:10])}, 0)
            for entity, row in rows
        ]
    return [*found, *_of_two_types(), *_taken_back()]


def _of_two_types() -> Rows:
    """Known at once as a person and as an enterprise, with arrears between the bounds of the two."""
    found: Rows = []
    for number in range(4):
        name = f"of_two_types_{number}"
        who = {"customer_id": name, "valid_from_date": FIRST, "onboarded_date": FIRST, "employment_code": str(number)}
        for kind in ("person", "enterprise"):
            found.append(("customer", {**who, "customer_type_code": kind, "observed_at": _noon(FIRST.isoformat())}, 0))
        for entity, row in (contract(), due("2023-03-01", 2000)):
            found.append((entity, {"customer_id": name, **row, "observed_at": _noon("2022-10-01")}, 0))
    return found


def _taken_back() -> Rows:
    """An indicator and a building that were described, and then not any more or otherwise, from midnight on."""
    row = {
        "industry_code": "alone",
        "indicator_code": "pmi",
        "period_end_date": "2024-01-31",
        "indicator_value": 5,
    }
    tower = {"building_id": "B9", "valid_from_date": FIRST, "building_name": "Tower 9", "building_type_code": "mall"}
    midnight = {"observed_at": f"{DAYS[1]}T00:00:00+08:00"}
    return [
        ("industry_indicator", {**row, "observed_at": _noon("2024-02-01")}, 0),
        ("industry_indicator", {**row, **midnight, "is_deleted": "true"}, 0),
        ("building", {**tower, "observed_at": _noon(FIRST.isoformat())}, 0),
        ("building", {**tower, **midnight, "building_type_code": "park"}, 0),
    ]


def _noon(day: str) -> str:
    return f"{day}T12:00:00+08:00"
