"""Where each contract of a customer stands on a date."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from reading import rules
from reading.coverage import Coverage, Installment
from reading.delinquency import (
    Default,
    Spell,
    defaults,
    is_in_cure,
    recorded,
    spells,
    standing,
    with_default,
)
from reading.landed import ZERO, Row, within
from reading.pauses import Pauses

Values = dict[str, Any]
WINDOWS = {3: 90, 6: 180, 12: 365}
BALANCE_COUNTS_DAYS = 366


@dataclass(frozen=True)
class Terms:
    """What of the portfolio and the customer bears on all of his contracts."""

    customer_type: str | None
    default_dpd_days: int | None
    bounds: dict[str, Decimal]


@dataclass
class Position:
    """One customer's contracts on a date."""

    coverage: Coverage
    pauses: Pauses
    defaults: list[Default]
    contracts: dict[str, Values]


def position(
    terms: Terms, contracts: list[Row], coverage: Coverage, pauses: Pauses, events: list[Row], balances: list[Row]
) -> Position:
    """Judge each contract for itself, then the customer, then what the customer does to each contract."""
    as_of = coverage.as_of
    members = [recorded(event, as_of) for event in events]
    for contract_id in coverage.contract_ids():
        for spell in spells(coverage, contract_id, terms.bounds.get(contract_id, ZERO)):
            if terms.default_dpd_days is not None:
                spell = with_default(spell, pauses, as_of, terms.default_dpd_days)
            members.append(spell)
    is_restructured = any(row["is_restructured"] for row in contracts)
    cure_months = rules.RESTRUCTURED_CURE_MONTHS if is_restructured else rules.DEFAULT_CURE_MONTHS
    customer_defaults = defaults(members, cure_months, as_of)
    described = {}
    for row in contracts:
        values = _arrears(row, coverage, pauses, terms)
        values |= _outstanding(row, coverage, balances, values["past_due_amount"])
        values |= _own_default(row["contract_id"], members, cure_months, as_of)
        has_days = terms.default_dpd_days is not None
        values |= _own_category(row, values, has_days and is_in_cure(coverage, pauses, row["contract_id"]), pauses)
        described[row["contract_id"]] = values
    _contaminate(terms, described)
    obligor_is_in_default = terms.customer_type == "enterprise" and standing(customer_defaults) is not None
    for row in contracts:
        values = described[row["contract_id"]]
        values["stage_number"], values["stage_clause_code"] = _stage(row, values, obligor_is_in_default)
    return Position(coverage, pauses, customer_defaults, described)


def _arrears(row: Row, coverage: Coverage, pauses: Pauses, terms: Terms) -> Values:
    as_of, contract_id = coverage.as_of, row["contract_id"]
    values: Values = {
        **{name: row[name] for name in ("customer_id", "contract_id", "contract_type_code", "building_id")},
        **{name: row[name] for name in ("start_date", "closed_date", "close_reason_code")},
        "as_of_date": as_of,
        "is_open": row["closed_date"] is None or row["closed_date"] > as_of,
        **dict.fromkeys(("past_due_amount", "oldest_due_date", "dpd_days", "delinquent_days", "excused_days")),
    }
    mine = coverage.of_contract(contract_id)
    if mine and terms.default_dpd_days is not None:
        past_due = [due for due in mine if coverage.is_past_due(due, as_of)]
        oldest = past_due[0].due_date if past_due else None
        dpd = 0 if oldest is None else pauses.days_past_due(contract_id, oldest, as_of)
        values |= {
            "past_due_amount": sum((coverage.uncovered(due, as_of) for due in past_due), ZERO),
            "oldest_due_date": oldest,
            "dpd_days": dpd,
            "delinquent_days": max(dpd - (row["grace_days"] or 0), 0),
            "excused_days": 0 if oldest is None else (as_of - oldest).days - dpd,
        }
    values["bucket_code"] = rules.bucket(values["dpd_days"])
    fell_due = [due for due in mine if due.due_date <= as_of and due.due_amount > 0]
    for months, days in WINDOWS.items():
        worst = worst_dpd(fell_due, coverage, pauses, days) if terms.default_dpd_days is not None else None
        values[f"worst_dpd_{days}d_days"] = worst
        values[f"worst_bucket_{months}m_code"] = rules.bucket(worst)
    return values


def worst_dpd(dues: list[Installment], coverage: Coverage, pauses: Pauses, days: int | None) -> int | None:
    """Most days past due on any day of a window (none: ever): those of the last day on which each was uncovered."""
    found = []
    for due in dues:
        last = coverage.last_uncovered_day(due)
        counts = last > due.due_date and (days is None or within(last, coverage.as_of, days))
        found.append(pauses.days_past_due(due.contract_id, due.due_date, last) if counts else 0)
    return max(found, default=None)


def newest_balance(contract_id: str, balances: list[Row], as_of: date) -> Row | None:
    """The newest balance of a contract, unless it is a year old."""
    mine = [
        row
        for row in balances
        if row["contract_id"] == contract_id and within(row["balance_date"], as_of, BALANCE_COUNTS_DAYS)
    ]
    return max(mine, key=lambda row: row["balance_date"], default=None)


def _outstanding(row: Row, coverage: Coverage, balances: list[Row], past_due: Decimal | None) -> Values:
    contract_id = row["contract_id"]
    balance = newest_balance(contract_id, balances, coverage.as_of)
    mine = coverage.of_contract(contract_id)
    agreed = sum((due.due_amount for due in mine), ZERO)
    unpaid = max(agreed - coverage.named_by(contract_id, coverage.as_of), ZERO) if mine else None
    owed = balance["balance_amount"] if balance is not None else unpaid
    limit = row["limit_amount"] if balance is None or balance["limit_amount"] is None else balance["limit_amount"]
    return {
        "limit_amount": limit,
        "balance_amount": None if balance is None else balance["balance_amount"],
        "unpaid_amount": unpaid,
        "outstanding_amount": max(owed or ZERO, past_due or ZERO),
    }


def _own_default(contract_id: str, members: list[Spell], cure_months: int, as_of: date) -> Values:
    """The default by the contract's own spells and the events that name it or no contract."""
    mine = [member for member in members if member.contract_id in (None, contract_id)]
    default = standing(defaults(mine, cure_months, as_of))
    return {"is_in_default": default is not None, "default_date": None if default is None else default.begin}


def _own_category(row: Row, values: Values, is_curing: bool, pauses: Pauses) -> Values:
    """The worst clause; of equally bad ones the first of: past due or technical, default, restructured, cure."""
    contract_id, dpd = row["contract_id"], values["dpd_days"]
    clauses: list[tuple[str, str]] = []
    if dpd is not None:
        if 1 <= dpd <= rules.TECHNICAL_DAYS and pauses.is_technical(contract_id):
            clauses.append(("normal", "technical"))
        else:
            clauses.append((rules.category_by_days(dpd), "past_due" if dpd > 0 else "current"))
    if values["is_in_default"]:
        clauses.append(("substandard", "default"))
    if row["is_restructured"]:
        clauses.append(("special_mention", "restructured"))
    if is_curing:
        clauses.append(("substandard", "cure"))
    worst: tuple[str | None, str | None] = (None, None)
    for clause in clauses:
        if rules.worse(clause[0], worst[0]):
            worst = clause
    return {"category_code": worst[0], "category_clause_code": worst[1]}


def _contaminate(terms: Terms, described: dict[str, Values]) -> None:
    """An enterprise with more than a tenth of its claims non-performing is non-performing as a whole."""
    whole = sum((values["outstanding_amount"] for values in described.values()), ZERO)
    bad = sum(
        (
            values["outstanding_amount"]
            for values in described.values()
            if rules.is_non_performing(values["category_code"])
        ),
        ZERO,
    )
    if terms.customer_type != "enterprise" or bad * 100 <= whole * rules.CONTAMINATION_PCT:
        return
    for values in described.values():
        if values["is_open"] and not rules.is_non_performing(values["category_code"]):
            values |= {"category_code": "substandard", "category_clause_code": "contamination"}


def _stage(row: Row, values: Values, obligor_is_in_default: bool) -> tuple[int | None, str | None]:
    dpd = values["dpd_days"]
    if values["is_in_default"]:
        return 3, "default"
    if obligor_is_in_default:
        return 3, "obligor_default"
    if dpd is not None and dpd > rules.SIGNIFICANT_DPD_DAYS:
        return 2, "past_due"
    if row["is_restructured"]:
        return 2, "restructured"
    return (None, None) if dpd is None else (1, "none")
