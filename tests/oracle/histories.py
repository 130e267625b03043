"""Small nasty portfolios: late, corrected, reversed, repeated, deleted, out of order, at the edges of days and years.

A history is made of a seed, so that a failing one is named by a number. Rows are (entity, columns, part): those of part
1 land after those of part 0 although they may have been known before.
"""

import random
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

ZONE = ZoneInfo("Asia/Shanghai")
FIRST = date(2022, 9, 1)
# Two pairs of consecutive dates, one of them over 29 February; the second part lands between the pairs.
DATES = (date(2024, 2, 28), date(2024, 2, 29), date(2024, 3, 1), date(2024, 8, 31))
LAST = DATES[-1] + timedelta(days=20)
INDUSTRIES = ("retail", "software", None)
AMOUNTS = ("0", "500", "999.9999", "1000", "4000.0001", "6000", "12000.5")


@dataclass
class History:
    """Rows of one customer while they are made."""

    chance: random.Random
    customer: str
    rows: list[tuple[str, dict[str, Any], int]] = field(default_factory=list)

    def day(self, first: date, last: date) -> date:
        return first + timedelta(days=self.chance.randrange(max((last - first).days, 0) + 1))

    def maybe(self, share: float) -> bool:
        return self.chance.random() < share

    def observed(self, effective: date) -> datetime:
        """When a row of that day became known: that evening, late, or at the edge of a day that is described."""
        evening = datetime.combine(effective, time(self.chance.randrange(9, 23), self.chance.randrange(60)), ZONE)
        edges = [day for day in DATES if day >= effective]
        kind = self.chance.random()
        if kind < 0.06 and edges:
            midnight = datetime.combine(self.chance.choice(edges) + timedelta(days=1), time.min, ZONE)
            return midnight - self.chance.choice((timedelta(0), timedelta(microseconds=1)))
        if kind < 0.2:
            return evening + timedelta(days=self.chance.randrange(1, 45))
        return evening

    def land(self, entity: str, effective: date, row: dict[str, Any], change: dict[str, Any] | None = None) -> None:
        """Land a row; some come twice, some are corrected, go back to what they were, tie or are deleted later."""
        known = self.observed(effective)
        versions = [({**row}, known)]
        if change and self.maybe(0.12):
            later = known + timedelta(days=self.chance.choice((0, 0, 1, 3, 30)), hours=self.chance.randrange(5))
            versions.append(({**row, **change}, known if self.maybe(0.3) else later))
            if self.maybe(0.5):
                versions.append(({**row}, later + timedelta(days=self.chance.randrange(1, 20))))
        if self.maybe(0.03):
            versions.append(({**row, "is_deleted": "true"}, known + timedelta(days=self.chance.randrange(60))))
        if self.maybe(0.05):
            versions.append(versions[0])
        for values, at in versions:
            late_part = 1 if entity not in ("customer", "building") and self.maybe(0.1) else 0
            self.rows.append((entity, {**values, "observed_at": at.isoformat()}, late_part))


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
        "industry_code": chance.choice(INDUSTRIES) or "",
        "onboarded_date": onboarded,
        "registered_date": date(2020, 2, 29) if kind == "enterprise" else "",
    }
    made.land("customer", onboarded, described, {"industry_code": "software"})
    if made.maybe(0.2):
        moved = made.day(onboarded, LAST)
        made.land("customer", moved, {**described, "valid_from_date": moved, "industry_code": "retail"})
    for number in range(chance.choice((1, 1, 2, 3))):
        _contract(made, f"{made.customer}-K{number}", onboarded)
    _around(made, kind, onboarded)
    return made.rows


def _contract(made: History, contract_id: str, onboarded: date) -> None:
    chance = made.chance
    signed = made.day(onboarded, onboarded + timedelta(days=120))
    closes = made.maybe(0.2)
    contract = {
        "contract_id": contract_id,
        "customer_id": made.customer,
        "contract_type_code": chance.choice(("lease", "loan", "credit_line")),
        "building_id": chance.choice(("B0", "B1", "B2", "")),
        "signed_date": signed,
        "start_date": signed,
        "end_date": "" if made.maybe(0.4) else signed + timedelta(days=720),
        "limit_amount": chance.choice(("", "20000", "100000", "600000.5")),
        "deposit_amount": chance.choice(("", "5000")),
        "interest_rate_pct": chance.choice(("", "4.35")),
        "grace_days": chance.choice(("", "0", "5")),
        "is_restructured": "true" if made.maybe(0.15) else "",
        "closed_date": made.day(signed, LAST) if closes else "",
        "close_reason_code": "paid_off" if closes else "",
    }
    made.land("contract", signed, contract, {"limit_amount": "30000", "is_restructured": "true"})
    _schedule(made, contract_id, signed)
    for number in range(chance.choice((0, 0, 1, 2))):
        start = made.day(signed, LAST)
        pause = {
            "pause_id": f"{contract_id}-P{number}",
            "customer_id": made.customer,
            "contract_id": "" if made.maybe(0.3) else contract_id,
            "agreed_date": start + timedelta(days=chance.choice((0, 0, 10))),
            "start_date": start,
            "end_date": "" if made.maybe(0.2) else start + timedelta(days=chance.choice((0, 6, 7, 40, 120))),
            "kind_code": chance.choice(("rent_free", "hardship", "technical")),
        }
        made.land("pause", pause["agreed_date"], pause, {"kind_code": "hardship"})
    if made.maybe(0.15):
        start = made.day(signed, LAST)
        event = {
            "default_event_id": f"{contract_id}-E",
            "customer_id": made.customer,
            "contract_id": "" if made.maybe(0.4) else contract_id,
            "event_date": start,
            "reason_code": "unlikely_to_pay",
            "end_date": "" if made.maybe(0.5) else start + timedelta(days=chance.randrange(200)),
        }
        made.land("default_event", start, event)


def _schedule(made: History, contract_id: str, signed: date) -> None:
    """A monthly schedule, and money that comes on the day, early, late, in parts, too much, not at all, or back."""
    chance = made.chance
    amount = chance.choice(AMOUNTS[1:])
    discipline = chance.choice((0, 0, 5, 30, 100, 380))
    for number in range(chance.randrange(1, 22)):
        due = signed + timedelta(days=30 * number + chance.randrange(3))
        if number == 5 and made.maybe(0.3):
            due = date(2024, 2, 29)
        owed = chance.choice(AMOUNTS) if made.maybe(0.15) else amount
        row = {
            "installment_id": f"{contract_id}-{number:02d}",
            "customer_id": made.customer,
            "contract_id": contract_id,
            "agreed_date": signed if made.maybe(0.8) else min(due, signed + timedelta(days=200)),
            "due_date": due,
            "due_amount": owed,
        }
        made.land("installment", row["agreed_date"], row, {"due_amount": chance.choice(AMOUNTS)})
        behaviour = chance.random()
        if behaviour < 0.1:
            continue
        parts = chance.choice((1, 1, 1, 2)) if behaviour < 0.8 else chance.choice((1, 3))
        for part in range(parts):
            late = chance.choice((0, 0, -10, 1, 30, 31, 90, 91, discipline, discipline + part))
            _pay(made, f"{row['installment_id']}-{part}", contract_id, due + timedelta(days=late), owed, parts)


def _pay(made: History, payment_id: str, contract_id: str, day: date, owed: str, parts: int) -> None:
    if day > LAST or day < FIRST:
        return
    money = f"{float(owed) / parts * made.chance.choice((1, 1, 1, 0.5, 1.5)):.4f}"
    payment = {
        "payment_id": payment_id,
        "customer_id": made.customer,
        "contract_id": "" if made.maybe(0.15) else contract_id,
        "payment_date": day,
        "paid_amount": money,
    }
    made.land("payment", day, payment, {"paid_amount": f"{float(money) * 0.9:.4f}"})
    if made.maybe(0.08):
        back = day + timedelta(days=made.chance.choice((0, 2, 20)))
        reversal = {**payment, "payment_id": f"{payment_id}R", "payment_date": back, "paid_amount": f"-{money}"}
        made.land("payment", back, {**reversal, "reverses_payment_id": payment_id})


def _around(made: History, kind: str, onboarded: date) -> None:
    """What else is known of a customer."""
    chance, customer = made.chance, made.customer
    for number in range(chance.choice((0, 8, 60))):
        day = made.day(onboarded, LAST)
        clock = chance.choice((time.min, time(5, 59, 59), time(6, 0), time(12, 30), time(23, 59, 59)))
        at = datetime.combine(day, clock, ZONE)
        row = {
            "transaction_id": f"{customer}-T{number}",
            "customer_id": customer,
            "transaction_at": at.isoformat(),
            "direction_code": chance.choice(("in", "out")),
            "transaction_amount": f"{chance.choice((0, 0.0001, 12.5, 800, 99999.99)) + chance.random():.4f}",
            "counterparty_id": chance.choice(("X1", "X2", "X3", "X4", "")),
        }
        made.land("transaction", day + timedelta(days=1), row, {"transaction_amount": "77.7777"})
    for month in range(chance.choice((0, 3, 18))):
        day = onboarded + timedelta(days=30 * month)
        for source in ("bureau", "bank")[: chance.choice((1, 1, 2))]:
            score = {"customer_id": customer, "source_code": source, "score_date": day}
            made.land("credit_score", day, {**score, "score_value": chance.randrange(400, 800)}, {"score_value": 555})
        key = {"customer_id": customer, "contract_id": f"{customer}-K0"}
        limit = chance.choice(("", "20000"))
        amount = chance.choice(("-10", "0", "15000.25"))
        made.land("account_balance", day, {**key, "balance_date": day, "balance_amount": amount, "limit_amount": limit})
        status = {
            **key,
            "status_date": day,
            "status_code": chance.choice(("unused", "paid_in_full", "revolving", "past_due")),
        }
        months = chance.choice(("", "1", "4")) if status["status_code"] == "past_due" else ""
        made.land("repayment_status", day, {**status, "months_past_due": months})
    if kind == "enterprise":
        for end in (date(2022, 12, 31), date(2023, 3, 31), date(2023, 12, 31), date(2024, 2, 29), date(2024, 3, 31)):
            _statement(made, end)
    for number in range(chance.choice((0, 2, 6))):
        day = made.day(onboarded, LAST - timedelta(days=1))
        contact = {
            "interaction_id": f"{customer}-I{number}",
            "customer_id": customer,
            "interaction_at": datetime.combine(day, time(10), ZONE).isoformat(),
            "channel_code": "call",
            "is_answered": chance.choice(("true", "false", "")),
            "is_complaint": chance.choice(("true", "false", "")),
            "satisfaction_score": chance.choice(("", "1", "5")),
            "promised_amount": chance.choice(("", "0", "500", "6000")),
            "promised_date": chance.choice(("", day, day + timedelta(days=14))),
        }
        made.land("interaction", day, contact, {"is_answered": "true"})
    for number in range(chance.choice((0, 1, 2))):
        start = made.day(onboarded, LAST)
        unit = {
            "occupancy_id": f"{customer}-O{number}",
            "customer_id": customer,
            "building_id": chance.choice(("B0", "B1", "B2")),
            "floor_area_sqm": chance.choice(("", "85.5")),
            "start_date": start,
            "end_date": "" if made.maybe(0.6) else made.day(start, LAST),
            "is_anchor": chance.choice(("true", "")),
        }
        made.land("occupancy", start, unit, {"building_id": "B1"})


def _statement(made: History, end: date) -> None:
    amounts = {
        name: made.chance.choice(("", "0", f"{made.chance.randrange(1, 10**7) / 7:.4f}"))
        for name in (
            *("revenue_amount", "operating_profit_amount", "interest_expense_amount", "net_profit_amount"),
            *("operating_cash_flow_amount", "total_assets_amount", "current_assets_amount", "inventory_amount"),
            *("total_liabilities_amount", "current_liabilities_amount", "retained_earnings_amount", "equity_amount"),
        )
    }
    row = {"customer_id": made.customer, "period_end_date": end, "period_months": made.chance.choice((3, 12))}
    made.land("financial_statement", end, {**row, **amounts}, {"revenue_amount": "1000"})


def surroundings(seed: int, customers: list[str]) -> list[tuple[str, dict[str, Any], int]]:
    """Buildings, indicators of industries, and who belongs to whom."""
    made = History(random.Random(seed), "")
    for number in range(3):
        building = {"building_id": f"B{number}", "valid_from_date": FIRST, "building_name": f"Tower {number}"}
        tower = {**building, "building_type_code": "office", "opened_date": date(2020, 2, 29)}
        made.land("building", FIRST, tower, {"opened_date": date(2019, 1, 1)})
    for month in range(24):
        end = FIRST + timedelta(days=30 * month)
        for code in ("pmi", "sales"):
            row = {"industry_code": "retail", "indicator_code": code, "period_end_date": end}
            made.land("industry_indicator", end, {**row, "indicator_value": 50 + month / 8}, {"indicator_value": 44})
    for customer in customers:
        if made.maybe(0.3):
            start = made.day(FIRST, LAST)
            other = {"related_customer_id": made.chance.choice(customers), "relation_code": "group"}
            end = "" if made.maybe(0.5) else made.day(start, LAST)
            row = {"customer_id": customer, **other, "start_date": start, "end_date": end}
            made.land("related_party", start, row)
    return made.rows
