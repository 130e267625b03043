"""Small nasty portfolios: late, corrected, reversed, repeated, deleted, out of order, at the edges of days and years.

A history is made of a seed, so that a failing one is named by a number. Rows are (entity, columns, part): those of part
1 land after those of part 0 although they may have been known before. Ids repeat from customer to customer.
"""

import random
from datetime import date, timedelta
from typing import Any

from oracle.around import around
from oracle.making import DATES, FIRST, LAST, History

INDUSTRIES = ("retail", "retail", "software", "print", "food", None)
BUILDINGS = ("B0", "B0", "B1", "B1", "B2", "B3", "B4")
AMOUNTS = ("0", "500", "999.9999", "1000", "4000.0001", "6000", "12000.5")


def customer_history(seed: int) -> list[tuple[str, dict[str, Any], int]]:
    """Everything of one customer."""
    chance = random.Random(seed)
    made = History(chance, f"C{seed}")
    kind = chance.choice(("person", "enterprise"))
    onboarded = made.day(FIRST, date(2023, 9, 1))
    described = {
        "customer_id": made.customer,
        "valid_from_date": onboarded,
        "customer_type_code": kind,
        "industry_code": f"I{seed}" if made.maybe(0.05) else chance.choice(INDUSTRIES) or "",
        "education_code": chance.choice(("", "primary", "master")),
        "employment_code": chance.choice(("", "employed", "free")),
        "account_type_code": chance.choice(("", "savings", "current")),
        "onboarded_date": onboarded if made.maybe(0.95) else made.near(onboarded, LAST, 0),
        "registered_date": chance.choice((date(2020, 2, 29), date(2021, 7, 1), "")) if kind == "enterprise" else "",
    }
    # Some are described long after their first rows: until then nothing is known of whom those belong to.
    known_late = made.near(DATES[0] - timedelta(days=9), LAST, 0) if made.maybe(0.06) else onboarded
    moved = made.near(onboarded, LAST, 0)
    newer = {**described, "valid_from_date": moved, "industry_code": "retail"}
    if made.maybe(0.12):
        # Two descriptions that become known at once.
        newer["customer_type_code"] = "person" if kind == "enterprise" else "enterprise"
        at = made.observed(moved).isoformat()
        made.rows += [("customer", {**row, "observed_at": at}, 0) for row in (described, newer)]
    else:
        changes = {"industry_code": "software"}, {"customer_type_code": "enterprise"}
        made.land("customer", known_late, described, *changes)
        if made.maybe(0.25):
            made.land("customer", moved, newer, {"education_code": ""})
    contract_count = chance.choice((0, 1, 1, 1, 1, 2, 2, 3, 5))
    for number in range(contract_count):
        # One after the other rather than side by side: of several the earlier ones are often closed.
        _contract(made, f"K{number}", onboarded, 0.15 if number == contract_count - 1 else 0.4)
    around(made, kind, onboarded)
    for day in DATES:
        if onboarded <= day and made.maybe(0.7):
            made.land("judged_customer", day, {"customer_id": made.customer, "judged_date": day}, {})
    return made.rows


def _contract(made: History, contract_id: str, onboarded: date, closing_share: float) -> None:
    chance = made.chance
    signed = made.day(onboarded, onboarded + timedelta(days=chance.choice((0, 120, 400))))
    if made.maybe(0.05):
        signed = made.near(onboarded, LAST, 0)
    closes = made.maybe(closing_share)
    closed = made.near(signed, LAST, *(30, 30, 30, 0))
    ends = chance.choice(("", signed + timedelta(days=720), made.near(signed, LAST + timedelta(days=99), 0)))
    contract = {
        "contract_id": contract_id,
        "customer_id": made.customer,
        "contract_type_code": chance.choice(("lease", "loan", "credit_line")),
        "building_id": chance.choice((*BUILDINGS, "")),
        "signed_date": signed,
        "start_date": signed + timedelta(days=chance.choice((0, 0, 0, -5, 12))),
        "end_date": ends,
        "limit_amount": chance.choice(("", "0", "20000", "100000", "400000", "600000.5", str(chance.randrange(90000)))),
        "deposit_amount": chance.choice(("", "0", "5000", str(chance.randrange(9000)))),
        "interest_rate_pct": chance.choice(("", "4.35", "0", f"{chance.randrange(200) / 8}")),
        "grace_days": chance.choice(("", "0", "5", "30")),
        "is_restructured": "true" if made.maybe(0.12) else "",
        "closed_date": closed if closes else "",
        "close_reason_code": chance.choice(("paid_off", "terminated", "written_off")) if closes else "",
    }
    contract["end_date"] = max(ends, contract["start_date"]) if isinstance(ends, date) else ""
    if made.maybe(0.1):
        # At first known with two limits at once, and so with two bounds of materiality.
        at = {"observed_at": made.observed(signed).isoformat()}
        made.rows += [("contract", contract | at | {"limit_amount": limit}, 0) for limit in ("0", "600000.5")]
    made.land(
        "contract", signed, contract, {"limit_amount": "600000"}, {"is_restructured": "true"}, {"building_id": ""}
    )
    _schedule(made, contract_id, signed)
    for number in range(chance.choice((0, 0, 0, 1, 2))):
        start = made.near(signed, LAST, 0, 7, 30, 90)
        if made.maybe(0.3):
            # Where the first installment is about to be a default.
            start = signed + timedelta(days=chance.choice((91, 92, 93, 94)))
        pause = {
            "pause_id": f"{contract_id}-P{number}",
            "customer_id": made.customer,
            "contract_id": "" if made.maybe(0.3) else contract_id,
            "agreed_date": max(start + timedelta(days=chance.choice((0, 0, 10, -20))), FIRST),
            "start_date": start,
            "end_date": "" if made.maybe(0.2) else start + timedelta(days=chance.choice((0, 6, 7, 40, 120))),
            "kind_code": chance.choice(("rent_free", "hardship", "technical")),
        }
        made.land("pause", pause["agreed_date"], pause, {"kind_code": "hardship"}, {"end_date": start})
    for number in range(chance.choice((0, 0, 0, 0, 0, 1, 2))):
        start = made.near(signed, LAST, 0, 365)
        length = chance.choice((0, 20, 200))
        # The months of probation before a date, after which a default is over.
        over = [day - timedelta(days=n) for day in DATES for n in (*range(88, 94), 365, 366) if start < day]
        ends = chance.choice([*over, start]) if made.maybe(0.5) else start + timedelta(days=length)
        event = {
            "default_event_id": f"{contract_id}-E{number}",
            "customer_id": made.customer,
            "contract_id": "" if made.maybe(0.4) else contract_id,
            "event_date": start,
            "reason_code": ("unlikely_to_pay", "bankruptcy")[number],
            "end_date": "" if made.maybe(0.3) else max(ends, start),
        }
        made.land("default_event", start, event, {"end_date": ""})


def _schedule(made: History, contract_id: str, signed: date) -> None:
    """A schedule, and money that comes on the day, early, late, in parts, too much, not at all, or back.

    The good pay on the day or nearly; of some others, one payment clears all that is owed, and are good from then on.
    """
    chance = made.chance
    amount = chance.choice(AMOUNTS[1:])
    is_good = made.maybe(0.35)
    cleared = made.near(signed, LAST, 0, 90, 92, 182, 184, 365) if not is_good and made.maybe(0.6) else LAST
    discipline = chance.choice((0, 0, 5, 30, 100, 380))
    step = chance.choice((30, 30, 91))
    owed_before = 0.0
    previous: date | None = None
    for number in range(chance.choice((0, *range(1, 22)))):
        due = signed + timedelta(days=step * number + chance.randrange(3))
        if number == 5 and made.maybe(0.3):
            due = date(2024, 2, 29)
        elif made.maybe(0.1):
            due = made.near(signed, LAST)
        elif previous and made.maybe(0.05):
            due = previous
        previous = due
        owed = chance.choice(AMOUNTS) if made.maybe(0.15) else amount
        row = {
            "installment_id": f"{contract_id}-{number:02d}",
            "customer_id": made.customer,
            "contract_id": contract_id,
            "agreed_date": signed if made.maybe(0.8) else min(due, made.near(signed, signed + timedelta(days=200), 0)),
            "due_date": due,
            "due_amount": owed,
        }
        moved = {"due_date": due + timedelta(days=15)}
        made.land("installment", row["agreed_date"], row, {"due_amount": chance.choice(AMOUNTS)}, moved)
        if due <= cleared and not is_good:
            owed_before += float(owed)
        behaviour = chance.random()
        if is_good or due > cleared:
            lateness = 0 if behaviour < 0.6 else chance.choice((-10, -1, 0, 1, 2, 5))
            _pay(made, f"{row['installment_id']}-0", contract_id, due + timedelta(days=lateness), float(owed))
            continue
        if behaviour < 0.15:
            continue
        parts = chance.choice((1, 1, 1, 2, 3))
        for part in range(parts):
            late = chance.choice((0, 0, -10, 1, 30, 31, 90, 91, discipline, discipline + part))
            money = float(owed) / parts * chance.choice((1, 1, 1, 0.5, 1.5))
            _pay(made, f"{row['installment_id']}-{part}", contract_id, due + timedelta(days=late), money)
    if cleared < LAST:
        _pay(made, f"{contract_id}-all", contract_id, cleared, owed_before)


def _pay(made: History, payment_id: str, contract_id: str, day: date, amount: float) -> None:
    if day > LAST or day < FIRST:
        return
    money = f"{amount:.4f}"
    payment = {
        "payment_id": payment_id,
        "customer_id": made.customer,
        "contract_id": "" if made.maybe(0.12) else contract_id,
        "payment_date": day,
        "paid_amount": money,
    }
    smaller = {"paid_amount": f"{amount * 0.9:.4f}"}
    made.land(
        "payment", day, payment, smaller, {"contract_id": ""}, {"payment_date": max(day - timedelta(days=9), FIRST)}
    )
    if made.maybe(0.05):
        back = made.near(day, min(day + timedelta(days=60), LAST))
        reversal = {**payment, "payment_id": f"{payment_id}R", "payment_date": back, "paid_amount": f"-{money}"}
        made.land("payment", back, {**reversal, "reverses_payment_id": payment_id})
        if made.maybe(0.3) and back < LAST:
            again = {**payment, "payment_id": f"{payment_id}A", "payment_date": back + timedelta(days=1)}
            made.land("payment", again["payment_date"], again)


def surroundings(seed: int, customers: list[str]) -> list[tuple[str, dict[str, Any], int]]:
    """Buildings, indicators of industries, and who belongs to whom."""
    made = History(random.Random(seed), "")
    for number, kind in enumerate(("office", "mall", "housing", "park", "office")):
        tower = {"building_id": f"B{number}", "valid_from_date": FIRST, "building_name": f"Tower {number}"}
        tower |= {"floor_area_sqm": made.chance.choice(("", "900", "4000.5")) if number else "2000"}
        tower |= {"building_type_code": kind, "opened_date": date(2020, 2, 29) if number else ""}
        made.land("building", FIRST, tower, {"opened_date": date(2019, 1, 1)}, {"building_type_code": "park"})
        rebuilt = made.near(DATES[0], LAST, 0)
        made.land("building", rebuilt, {**tower, "valid_from_date": rebuilt, "building_type_code": "other"})
        if number > 2:
            gone = {
                **tower,
                "observed_at": f"{DATES[number - 3] + timedelta(days=1)}T00:00:00+08:00",
                "is_deleted": "true",
            }
            made.rows.append(("building", gone, 0))
    for industry, code in (("retail", "pmi"), ("retail", "sales"), ("software", "pmi"), ("print", "once")):
        for month in range({"pmi": 24, "sales": 4, "once": 1}[code]):
            end = made.near(FIRST, LAST, 0, 90, 400) if made.maybe(0.5) else FIRST + timedelta(days=30 * month)
            if code == "once":
                end = DATES[1] - timedelta(days=400)
            row = {"industry_code": industry, "indicator_code": code, "period_end_date": end}
            value = made.chance.randrange(400) / 8
            made.land("industry_indicator", end, {**row, "indicator_value": value}, {"indicator_value": 44})
    for customer in customers:
        for _ in range(made.chance.choice((0, 0, 1, 2, 4))):
            start = made.near(FIRST, LAST, 0)
            other = made.chance.choice([*customers, *customers[:3], "nobody"])
            row = {"customer_id": customer, "related_customer_id": other, "start_date": start}
            row |= {"relation_code": made.chance.choice(("group", "owner")), "end_date": ""}
            if made.maybe(0.5):
                row["end_date"] = made.near(start, LAST, 0)
            made.land("related_party", start, row, {"end_date": start})
    return made.rows
