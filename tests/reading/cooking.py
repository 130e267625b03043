"""What a customer does, by his quirks."""

from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from reading.quirks import FIRST, LAST, ZONE, Kitchen, Landing, Recipe

AMOUNTS = ("300", "800", "800.0001", "1500", "4000", "4000.0001", "9000")
LATENESS = (0, 0, 0, 1, 7, 30, 31, 90, 91, 270, 271, 360, 361)
INDUSTRIES = ("retail", "software", "")


def customer(recipe: Recipe, others: list[str]) -> list[Landing]:
    """All rows of one customer; `others` are those he may be related to."""
    kitchen = Kitchen(recipe, f"C{recipe.seed}")
    kind = kitchen.pick("person", "enterprise")
    since = kitchen.day(FIRST, date(2023, 6, 1))
    known_from = date(2024, 2, 29) if "unknown" in recipe.quirks else since
    row = {
        "customer_id": kitchen.customer_id,
        "valid_from_date": since,
        "customer_type_code": kind,
        "industry_code": kitchen.pick(*INDUSTRIES),
        "education_code": kitchen.pick("", "degree"),
        "employment_code": kitchen.pick("", "employed"),
        "onboarded_date": since,
        "registered_date": date(2016, 2, 29) if kind == "enterprise" else "",
    }
    kitchen.land("customer", known_from, row, {"industry_code": "software"})
    if kitchen.has("corrected", 0.1):
        moved = kitchen.day(since + timedelta(days=1), LAST)
        changed = {"valid_from_date": moved, "customer_type_code": kitchen.pick("person", "enterprise")}
        kitchen.land("customer", moved, row | changed, {"employment_code": "retired"})
    for number in range(kitchen.pick(2, 3) if "several" in recipe.quirks else 1):
        _contract(kitchen, f"{kitchen.customer_id}-{number}", since)
    _account(kitchen, since)
    _units(kitchen, since)
    if "group" in recipe.quirks:
        _relations(kitchen, others)
    return kitchen.rows


def _contract(kitchen: Kitchen, contract_id: str, since: date) -> None:
    signed = kitchen.day(since, since + timedelta(days=90))
    closed = kitchen.day(signed, LAST) if kitchen.has("closed", 0.1, 0.9) else ""
    row = {
        "contract_id": contract_id,
        "customer_id": kitchen.customer_id,
        "contract_type_code": kitchen.pick("lease", "loan", "credit_line"),
        "building_id": kitchen.pick("B1", "B2", ""),
        "signed_date": signed,
        "start_date": signed + timedelta(days=kitchen.pick(0, 15)),
        "end_date": kitchen.pick("", signed + timedelta(days=500)),
        "limit_amount": kitchen.pick("", "0", "90000", "250000.5"),
        "deposit_amount": kitchen.pick("", "3000"),
        "interest_rate_pct": kitchen.pick("", "5.5"),
        "grace_days": kitchen.pick("", "0", "7"),
        "is_restructured": "true" if kitchen.has("restructured", 0.03, 0.9) else "",
        "closed_date": closed,
        "close_reason_code": kitchen.pick("paid_off", "terminated") if closed else "",
    }
    change = {"limit_amount": "120000", "is_restructured": kitchen.pick("true", "")}
    if not ("orphan" in kitchen.recipe.quirks and kitchen.chance.random() < 0.5):
        kitchen.land("contract", signed, row, change)
    _schedule(kitchen, contract_id, signed)
    _pauses(kitchen, contract_id, signed)
    if kitchen.has("event", 0.04, 0.9):
        event = {
            "default_event_id": f"{contract_id}-E",
            "customer_id": kitchen.customer_id,
            "contract_id": kitchen.pick(contract_id, ""),
            "event_date": (begun := kitchen.day(signed, LAST)),
            "reason_code": "unlikely_to_pay",
            "end_date": kitchen.pick("", begun, begun + timedelta(days=kitchen.chance.randrange(200))),
        }
        kitchen.land("default_event", begun, event, {"end_date": begun + timedelta(days=1)})


def _schedule(kitchen: Kitchen, contract_id: str, signed: date) -> None:
    amount, habit = Decimal(kitchen.pick(*AMOUNTS)), kitchen.pick(*LATENESS)
    step = kitchen.pick(15, 30, 30, 91)
    for number in range(kitchen.chance.randrange(0, 18)):
        due = signed + timedelta(days=step * number)
        if "leap_day" in kitchen.recipe.quirks and abs((due - date(2024, 2, 29)).days) <= step // 2:
            due = date(2024, 2, 29)
        owed = Decimal(0) if kitchen.has("zero") else amount
        agreed = signed if kitchen.chance.random() < 0.8 else min(due, signed + timedelta(days=150))
        installment = {
            "installment_id": f"{contract_id}-{number:02d}",
            "customer_id": kitchen.customer_id,
            "contract_id": contract_id,
            "agreed_date": agreed,
            "due_date": due,
            "due_amount": owed,
        }
        change = kitchen.pick({"due_amount": "1234.5"}, {"due_date": due + timedelta(days=20)})
        kitchen.land("installment", agreed, installment, change)
        if kitchen.has("never", 0.08, 0.6):
            continue
        late = kitchen.pick(*LATENESS) if kitchen.has("slow", 0.2, 0.7) else habit
        day = (
            due - timedelta(days=kitchen.pick(1, 20, 45))
            if kitchen.has("early", 0.05, 0.6)
            else due + timedelta(days=late)
        )
        _pay(kitchen, f"{contract_id}-{number:02d}", contract_id, day, owed)


def _pay(kitchen: Kitchen, name: str, contract_id: str, day: date, owed: Decimal) -> None:
    """Money for one installment: at once or in parts, too much, or back again."""
    shares = [Decimal(1)]
    if kitchen.has("partial", 0.1, 0.6):
        shares = kitchen.pick(
            [Decimal("0.5"), Decimal("0.5")], [Decimal("0.25")], [Decimal("0.9999"), Decimal("0.0001")]
        )
    if kitchen.has("over", 0.03, 0.4):
        shares.append(kitchen.pick(Decimal(1), Decimal("0.3")))
    for part, share in enumerate(shares):
        on = day + timedelta(days=kitchen.pick(0, 10, 40) if part else 0)
        money = (owed * share).quantize(Decimal("0.0001")) - (1 if kitchen.has("small", 0.02) else 0)
        payment = {
            "payment_id": f"{name}-{part}",
            "customer_id": kitchen.customer_id,
            "contract_id": "" if kitchen.has("unassigned", 0.03, 0.6) else contract_id,
            "payment_date": on,
            "paid_amount": money,
        }
        if not FIRST <= on <= LAST:
            continue
        kitchen.land("payment", on, payment, kitchen.pick({"paid_amount": money / 2}, {"contract_id": ""}))
        if kitchen.has("reversed", 0.04):
            back = on + timedelta(days=kitchen.pick(0, 1, 15))
            reversal = {"payment_id": f"{name}-{part}R", "payment_date": back, "paid_amount": -money}
            if back <= LAST:
                kitchen.land("payment", back, payment | reversal | {"reverses_payment_id": f"{name}-{part}"}, {})


def _pauses(kitchen: Kitchen, contract_id: str, signed: date) -> None:
    for number in range(3):
        if not kitchen.has("technical" if number == 2 else "paused", 0.05, 0.9):
            continue
        start = kitchen.day(date(2024, 2, 1), LAST) if number == 2 else kitchen.day(signed, LAST)
        pause = {
            "pause_id": f"{contract_id}-P{number}",
            "customer_id": kitchen.customer_id,
            "contract_id": kitchen.pick(contract_id, contract_id, ""),
            "agreed_date": start + timedelta(days=kitchen.pick(0, 0, 25)),
            "start_date": start,
            "end_date": kitchen.pick("", start, start + timedelta(days=kitchen.chance.randrange(120))),
            "kind_code": "technical" if number == 2 else kitchen.pick("rent_free", "hardship"),
        }
        kitchen.land("pause", pause["agreed_date"], pause, {"kind_code": kitchen.pick("hardship", "technical")})


def _account(kitchen: Kitchen, since: date) -> None:
    clocks = (time.min, time(1, 30), time(5, 59, 59, 999999), time(6), time(13), time(23, 59, 59, 999999))
    for number in range(kitchen.pick(0, 5, 40)):
        day = kitchen.day(since - timedelta(days=200), LAST)
        transaction = {
            "transaction_id": f"{kitchen.customer_id}-T{number}",
            "customer_id": kitchen.customer_id,
            "transaction_at": datetime.combine(day, kitchen.pick(*clocks), ZONE).isoformat(),
            "direction_code": kitchen.pick("in", "out"),
            "transaction_amount": kitchen.pick("0", "0.0001", "70", "1200.55", "99999999.9999"),
            "counterparty_id": kitchen.pick("P1", "P2", "P3", "P4", "P5", ""),
        }
        kitchen.land("transaction", day, transaction, {"transaction_amount": "1", "direction_code": "out"})


def _units(kitchen: Kitchen, since: date) -> None:
    for number in range(kitchen.pick(0, 0, 1, 2)):
        start = kitchen.day(since, LAST)
        unit: dict[str, Any] = {
            "occupancy_id": f"{kitchen.customer_id}-U{number}",
            "customer_id": kitchen.customer_id,
            "building_id": kitchen.pick("B1", "B2"),
            "floor_area_sqm": kitchen.pick("", "120.5"),
            "start_date": start,
            "end_date": kitchen.pick("", kitchen.day(start, LAST)),
            "is_anchor": kitchen.pick("", "true", "false"),
        }
        kitchen.land("occupancy", start, unit, {"building_id": "B2"})


def _relations(kitchen: Kitchen, others: list[str]) -> None:
    for other in {kitchen.pick(*others) for _ in range(3)} - {kitchen.customer_id}:
        start = kitchen.day(FIRST, LAST)
        relation = {
            "customer_id": kitchen.customer_id,
            "related_customer_id": other,
            "relation_code": kitchen.pick("group", "owner"),
            "start_date": start,
            "end_date": kitchen.pick("", kitchen.day(start, LAST)),
        }
        kitchen.land("related_party", start, relation)


def buildings(recipe: Recipe) -> list[Landing]:
    """The buildings everyone lives in."""
    kitchen = Kitchen(recipe, "")
    for number in (1, 2):
        building = {
            "building_id": f"B{number}",
            "valid_from_date": FIRST,
            "building_name": f"Tower {number}",
            "building_type_code": "office",
            "opened_date": date(2012, 2, 29),
        }
        kitchen.land("building", FIRST, building, {"building_type_code": "mall"})
    return kitchen.rows
