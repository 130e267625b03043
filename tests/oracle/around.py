"""What else is known of a customer of a small nasty portfolio, beside contracts and payments."""

from datetime import date, datetime, time, timedelta

from oracle.making import LAST, ZONE, History

CONTRACT_IDS = ("K0", "K0", "K1", "K2")
AMOUNT_NAMES = (
    *(
        "revenue_amount",
        "receivables_amount",
        "operating_profit_amount",
        "interest_expense_amount",
        "net_profit_amount",
    ),
    *("operating_cash_flow_amount", "total_assets_amount", "current_assets_amount", "inventory_amount"),
    *("total_liabilities_amount", "current_liabilities_amount", "retained_earnings_amount", "equity_amount"),
)
YEAR_ENDS = (date(2022, 12, 31), date(2023, 12, 31), date(2023, 2, 28), date(2024, 2, 29), date(2023, 6, 30))


def around(made: History, kind: str, onboarded: date) -> None:
    """Transactions, scores, balances, statuses, statements, contacts and units of one customer."""
    _transactions(made, onboarded)
    _scores(made, onboarded)
    _on_contracts(made, onboarded)
    if kind == "enterprise":
        _statements(made)
    _contacts(made, onboarded)
    _units(made, onboarded)


def _transactions(made: History, onboarded: date) -> None:
    chance = made.chance
    size = chance.choice((1, 1, 40))
    for number in range(chance.choice((0, 8, 50, 50))):
        day = made.near(onboarded, LAST, 0, 7, 30, 60, 90, 120, 150, 180, 365, 455)
        clock = chance.choice((time.min, time(5, 59, 59), time(6, 0), time(12, 30), time(23, 59, 59)))
        row = {
            "transaction_id": f"T{number}",
            "customer_id": made.customer,
            "transaction_at": datetime.combine(day, clock, ZONE).isoformat(),
            "direction_code": chance.choice(("in", "in", "out")),
            "transaction_amount": f"{(chance.choice((0, 0.0001, 12.5, 800, 99999.99)) + chance.random()) * size:.4f}",
            "counterparty_id": chance.choice(("X1", "X2", "X3", "X4", f"X{number}", "")),
        }
        changes = ({"transaction_amount": "77.7777"}, {"direction_code": "out"}, {"counterparty_id": "X1"})
        made.land("transaction", day, row, *changes)


def _scores(made: History, onboarded: date) -> None:
    chance = made.chance
    for number in range(chance.choice((0, 1, 3, 12))):
        day = made.near(date(2022, 7, 1) if number == 0 else onboarded, LAST, 0, 30, 90, 180, 365, 580)
        source = chance.choice(("bureau", "bureau", "bank", "Bank", "bank2"))
        score = {"customer_id": made.customer, "source_code": source, "score_date": day}
        made.land(
            "credit_score", day, {**score, "score_value": chance.randrange(400, 800)}, {"score_value": 555 + number}
        )
        if made.maybe(0.3):
            # A second one at the very distance from it over which a change is told.
            before = {**score, "score_date": day - timedelta(days=chance.choice((29, 30, 89, 90, 179, 180)))}
            made.land("credit_score", before["score_date"], {**before, "score_value": chance.randrange(400, 800)})


def _on_contracts(made: History, onboarded: date) -> None:
    """Balances and reported statuses, of contracts that exist and of one that may not, twice in some months."""
    chance = made.chance
    for _ in range(chance.choice((0, 4, 24, 30))):
        key = {"customer_id": made.customer, "contract_id": chance.choice(CONTRACT_IDS)}
        day = made.near(max(onboarded, date(2023, 8, 1)) if made.maybe(0.8) else onboarded, LAST, 0, 366)
        limit = chance.choice(("", "0", "20000", str(chance.randrange(1, 90000))))
        amount = chance.choice(("-10", "0", "15000.25", str(chance.randrange(90000))))
        made.land(
            "account_balance",
            day,
            {**key, "balance_date": day, "balance_amount": amount, "limit_amount": limit},
            {"balance_amount": "999.5"},
            {"limit_amount": ""},
        )
        code = chance.choice(("unused", "paid_in_full", "revolving", "past_due", "past_due"))
        months = chance.choice(("", "0", "1", "4")) if code == "past_due" else ""
        day = made.near(max(onboarded, date(2023, 8, 1)), LAST, 0)
        made.land("repayment_status", day, {**key, "status_date": day, "status_code": code, "months_past_due": months})


def _statements(made: History) -> None:
    """Some with all their figures and some with gaps, a year apart or nearly, of a year or of a quarter."""
    chance = made.chance
    months = chance.choice((3, 12, 12))
    ends = [end + timedelta(days=chance.choice((0, -4, -3, 3, 4))) for end in YEAR_ENDS if made.maybe(0.7)]
    if made.maybe(0.3):
        ends.append(made.near(date(2022, 1, 1), LAST, 800))
    for end in sorted(set(ends)):
        gaps = chance.choice((0.0, 0.0, 0.1, 0.6))
        amounts = {
            name: chance.choice(("", "0", f"-{chance.randrange(1, 10**6)}"))
            if made.maybe(gaps)
            else f"{chance.randrange(1, 10**7) / 7:.4f}"
            for name in AMOUNT_NAMES
        }
        length = months if made.maybe(0.9) else 6
        row = {"customer_id": made.customer, "period_end_date": end, "period_months": length, **amounts}
        row["is_audited"] = chance.choice(("true", "false", ""))
        made.land("financial_statement", end, row, {"revenue_amount": "1000"}, {"period_months": 12})


def _contacts(made: History, onboarded: date) -> None:
    chance = made.chance
    for number in range(chance.choice((0, 2, 6, 15))):
        day = made.near(onboarded, LAST - timedelta(days=1), 0, 30, 90, 365)
        clock = chance.choice((time.min, time(10), time(23, 59)))
        promised = chance.choice(("", day, day + timedelta(days=14), made.near(day, LAST + timedelta(days=9), 0)))
        contact = {
            "interaction_id": f"I{number}",
            "customer_id": made.customer,
            "interaction_at": datetime.combine(day, clock, ZONE).isoformat(),
            "channel_code": "call",
            "purpose_code": chance.choice(("dunning", "care", "")),
            "is_answered": chance.choice(("true", "false", "false", "")),
            "is_complaint": chance.choice(("true", "false", "")),
            "satisfaction_score": chance.choice(("", "1", "2", "5")),
            "promised_amount": chance.choice(("", "0", "500", "1000", "6000")),
            "promised_date": promised,
        }
        made.land("interaction", day, contact, {"is_answered": "true"}, {"promised_amount": "1"})


def _units(made: History, onboarded: date) -> None:
    chance = made.chance
    for number in range(chance.choice((0, 1, 2, 3))):
        start = made.near(onboarded, LAST, 0, 365)
        unit = {
            "occupancy_id": f"O{number}",
            "customer_id": made.customer,
            "building_id": f"B{chance.randrange(5)}",
            "floor_area_sqm": chance.choice(("", "0", "85.5", str(chance.randrange(400)))),
            "start_date": start,
            "end_date": "" if made.maybe(0.5) else made.near(start, LAST, 0, 30, 365),
            "is_anchor": chance.choice(("true", "", "")),
        }
        made.land("occupancy", start, unit, {"building_id": "B1"}, {"end_date": start})
