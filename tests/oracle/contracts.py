"""Contract rows of a date: what is owed, since when, in which category."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from oracle import policy_rows
from oracle.coverage import ZERO, Account, account
from oracle.delinquency import (
    Entry,
    Interval,
    Pauses,
    category,
    defaults,
    entries,
    is_in_cure,
    last_open_day,
    standing_default,
)
from oracle.landed import Landed, Moment, Row, by

from loudong.portfolio.settings import PortfolioSettings

WINDOWS = {3: 90, 6: 180, 12: 365}
# What other values are made of, and the mart does not show.
INNER = frozenset(
    {
        *("place", "is_technical", "is_in_cure", "is_restructured", "signed_date", "end_date", "agreed_limit_amount"),
        *("balance_amount", "unpaid_amount", "deposit_amount", "interest_rate_pct"),
    }
)


@dataclass
class Standing:
    """One customer's delinquency on a date."""

    account: Account
    pauses: Pauses
    entries: list[Entry]
    defaults: list[Interval]
    contracts: dict[str, dict[str, Any]]


def standings(landed: Landed, portfolio: PortfolioSettings, moment: Moment) -> dict[str, Standing]:
    """Every customer who has anything, with all his contracts."""
    known = {
        name: by(landed.known(name, moment), "customer_id")
        for name in ("contract", "installment", "payment", "pause", "default_event", "account_balance")
    }
    types = {row["customer_id"]: row["customer_type_code"] for row in newest_customers(landed, moment)}
    bounds = _bounds(landed, portfolio, moment)
    customers = {name for group in known.values() for name in group}
    return {
        customer: _standing(
            {name: rows.get(customer, []) for name, rows in known.items()},
            types.get(customer),
            bounds.get(customer, {}),
            portfolio,
            moment.day,
        )
        for customer in sorted(customers)
    }


def newest_customers(landed: Landed, moment: Moment) -> list[Row]:
    """Each customer by the newest description in effect."""
    found = by(landed.known("customer", moment), "customer_id")
    return [max(rows, key=lambda row: row["valid_from_date"]) for rows in found.values()]


def _bounds(landed: Landed, portfolio: PortfolioSettings, moment: Moment) -> dict[str, dict[str, Any]]:
    types = landed.first_described("customer", ("customer_id",), moment)
    found: dict[str, dict[str, Any]] = {}
    # A contract that was taken back in the instant it became known was never described.
    contracts = landed.first_described("contract", ("customer_id", "contract_id"), moment, alive=True)
    for (customer, contract), row in contracts.items():
        if (customer,) not in types:
            continue
        kind = types[(customer,)]["customer_type_code"]
        amount = portfolio.materiality_amount
        if amount is None:
            amount = policy_rows.materiality(portfolio.currency, kind, row["limit_amount"])
        found.setdefault(customer, {})[contract] = amount
    return found


def _standing(
    rows: dict[str, list[Row]], kind: str | None, bounds: dict[str, Any], portfolio: PortfolioSettings, day: date
) -> Standing:
    contracts = sorted(rows["contract"], key=lambda row: row["contract_id"])
    books = account(day, rows["installment"], rows["payment"], [row["contract_id"] for row in contracts])
    pauses = Pauses(rows["pause"])
    limit = portfolio.default_dpd_days
    of = entries(books, pauses, bounds, rows["default_event"], limit)
    is_eased = any(row["is_restructured"] for row in contracts)
    cure_months = portfolio.default_cure_months
    if cure_months is None:
        cure_months = policy_rows.rule("restructured_cure_months" if is_eased else "default_cure_months")
    facts = {
        row["contract_id"]: _facts(row, books, pauses, rows["account_balance"], of, cure_months, limit)
        for row in contracts
    }
    held = defaults(of, cure_months, day)
    _contaminate(facts, kind)
    for fact in facts.values():
        fact["stage_number"], fact["stage_clause_code"] = _stage(fact, kind, standing_default(held) is not None)
    return Standing(books, pauses, of, held, facts)


def _facts(
    row: Row, books: Account, pauses: Pauses, balances: list[Row], of: list[Entry], cure_months: int, limit: int | None
) -> dict[str, Any]:
    contract_id, day = row["contract_id"], books.as_of
    mine = [due for due in books.dues if due.contract_id == contract_id]
    open_dues = [due for due in mine if due.due_date < day and books.uncovered_now(due) > 0]
    has_schedule = bool(mine) and limit is not None
    oldest = min(open_dues, key=lambda due: due.order, default=None) if has_schedule else None
    dpd = (pauses.days_past_due(oldest, day) if oldest else 0) if has_schedule else None
    unpaid = max(sum((due.amount for due in mine), ZERO) - books.net_paid(contract_id), ZERO) if mine else None
    past_due = sum((books.uncovered_now(due) for due in open_dues), ZERO) if has_schedule else None
    balance = max(
        (b for b in balances if b["contract_id"] == contract_id and (day - b["balance_date"]).days < 366),
        key=lambda b: b["balance_date"],
        default=None,
    )
    balance_amount = balance["balance_amount"] if balance else None
    owed = balance_amount if balance_amount is not None else (unpaid if unpaid is not None else ZERO)
    own = [entry for entry in of if entry.contract_id in (None, contract_id)]
    facts = {
        "customer_id": row["customer_id"],
        "contract_id": contract_id,
        "as_of_date": day,
        **{name: row[name] for name in ("contract_type_code", "building_id", "start_date", "end_date", "signed_date")},
        **{name: row[name] for name in ("closed_date", "close_reason_code", "deposit_amount", "interest_rate_pct")},
        "agreed_limit_amount": row["limit_amount"],
        "is_open": row["closed_date"] is None or row["closed_date"] > day,
        "is_restructured": bool(row["is_restructured"]),
        "limit_amount": balance["limit_amount"]
        if balance and balance["limit_amount"] is not None
        else row["limit_amount"],
        "balance_amount": balance_amount,
        "unpaid_amount": unpaid,
        "outstanding_amount": max(owed, past_due or ZERO),
        "past_due_amount": past_due,
        "oldest_due_date": oldest.due_date if oldest else None,
        "dpd_days": dpd,
        "delinquent_days": None if dpd is None else max(dpd - (row["grace_days"] or 0), 0),
        "excused_days": None if dpd is None else ((day - oldest.due_date).days if oldest else 0) - dpd,
        "bucket_code": policy_rows.bucket(dpd),
        "is_technical": pauses.is_technical(contract_id, day),
        "default_date": standing_default(defaults(own, cure_months, day)),
        "is_in_cure": limit is not None and is_in_cure(books, pauses, contract_id),
    }
    facts["is_in_default"] = facts["default_date"] is not None
    fell_due = [due for due in mine if due.due_date <= day and due.amount > 0] if limit is not None else []
    for months, days in WINDOWS.items():
        worst = max((worst_days(books, pauses, due, days) for due in fell_due), default=None)
        facts[f"worst_dpd_{days}d_days"] = worst
        facts[f"worst_bucket_{months}m_code"] = policy_rows.bucket(worst)
    facts["place"], facts["category_clause_code"] = category(facts)
    return facts


def worst_days(books: Account, pauses: Pauses, due: Any, window: int | None) -> int:
    """Most days past due of an installment on a day of the window (none: ever)."""
    last = last_open_day(books, due)
    if last is None or (window is not None and (books.as_of - last).days >= window):
        return 0
    return pauses.days_past_due(due, last)


def _contaminate(facts: dict[str, dict[str, Any]], kind: str | None) -> None:
    substandard = policy_rows.category_place("substandard")
    total = sum((fact["outstanding_amount"] for fact in facts.values()), ZERO)
    bad = sum((f["outstanding_amount"] for f in facts.values() if (f["place"] or 0) >= substandard), ZERO)
    is_whole = kind == "enterprise" and bad * 100 > total * policy_rows.rule("contamination_pct")
    for fact in facts.values():
        if is_whole and fact["is_open"] and (fact["place"] or 0) < substandard:
            fact["place"], fact["category_clause_code"] = substandard, "contamination"
        fact["category_code"] = policy_rows.category_at(fact["place"])


def _stage(fact: dict[str, Any], kind: str | None, is_obligor_in_default: bool) -> tuple[int | None, str | None]:
    if fact["is_in_default"]:
        return 3, "default"
    if is_obligor_in_default and kind == "enterprise":
        return 3, "obligor_default"
    if fact["dpd_days"] is not None and fact["dpd_days"] > policy_rows.rule("significant_dpd_days"):
        return 2, "past_due"
    if fact["is_restructured"]:
        return 2, "restructured"
    return (1, "none") if fact["dpd_days"] is not None else (None, None)
