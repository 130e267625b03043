"""The whole small portfolio on a date: a row per described customer, a row per known contract."""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from reading import rules
from reading.contracts import Position, Terms, position
from reading.coverage import Coverage, money_of
from reading.landed import ENTITIES, Landed, Moment, Row, by_customer, is_newer, key_of, known
from reading.movement import movement, to_peers
from reading.pauses import Pauses
from reading.repayment import lateness, paid, quotient, repayment

Values = dict[str, Any]
LEFT_DAYS = 30


@dataclass(frozen=True)
class Portfolio:
    """What the portfolio settings say that matters here."""

    default_dpd_days: int | None = 90
    materiality_amount: Decimal | None = None


@dataclass
class Book:
    """Everything known at a moment, by customer where it is one's."""

    moment: Moment
    rows: dict[str, dict[str, list[Row]]]
    customers: dict[str, Row]
    positions: dict[str, Position]

    def of(self, entity: str, customer_id: str) -> list[Row]:
        return self.rows[entity].get(customer_id, [])


def open_book(landed: Landed, moment: Moment, portfolio: Portfolio) -> Book:
    """Pick the versions known at the moment and find where every contract stands."""
    rows = {
        entity: by_customer(known(landed, entity, moment))
        for entity, (key, _) in ENTITIES.items()
        if "customer_id" in key
    }
    customers = {
        customer_id: max(mine, key=lambda row: row["valid_from_date"]) for customer_id, mine in rows["customer"].items()
    }
    bounds = _bounds(landed, moment, portfolio)
    book = Book(moment, rows, customers, {})
    for customer_id in sorted({*customers, *rows["contract"]}):
        contracts = sorted(book.of("contract", customer_id), key=lambda row: row["contract_id"])
        money = money_of(book.of("payment", customer_id), [row["contract_id"] for row in contracts])
        described = customers.get(customer_id)
        terms = Terms(
            None if described is None else described["customer_type_code"],
            portfolio.default_dpd_days,
            bounds.get(customer_id, {}),
        )
        book.positions[customer_id] = position(
            terms,
            contracts,
            Coverage(moment.day, book.of("installment", customer_id), money),
            Pauses(moment.day, book.of("pause", customer_id)),
            book.of("default_event", customer_id),
            book.of("account_balance", customer_id),
        )
    return book


def _bounds(landed: Landed, moment: Moment, portfolio: Portfolio) -> dict[str, dict[str, Decimal]]:
    """What arrears must exceed: by the contract and the customer as first described, once both are known."""
    types = _first(landed, "customer", ("customer_id",), moment)
    bounds: dict[str, dict[str, Decimal]] = {}
    for (customer_id, contract_id), row in _first(landed, "contract", ("customer_id", "contract_id"), moment).items():
        if (customer_id,) not in types:
            continue
        relative = rules.MATERIALITY_PCT / 100 * (row["limit_amount"] or 0)
        bound = max(rules.MATERIALITY[types[customer_id,]["customer_type_code"]], relative)
        amount = bound if portfolio.materiality_amount is None else portfolio.materiality_amount
        bounds.setdefault(customer_id, {})[contract_id] = amount
    return bounds


def _first(landed: Landed, entity: str, key: tuple[str, ...], moment: Moment) -> dict[tuple[Any, ...], Row]:
    """The earliest observed version of each key; of those of one instant and natural key the one that counts."""
    counting: dict[tuple[Any, ...], Row] = {}
    for row in landed[entity]:
        instant = (*key_of(entity, row), row["observed_at"])
        if row["observed_at"] < moment.cutoff and (instant not in counting or is_newer(row, counting[instant])):
            counting[instant] = row
    first: dict[tuple[Any, ...], Row] = {}
    for row in sorted(counting.values(), key=lambda row: (row["observed_at"], -effective_ordinal(entity, row))):
        if not row["is_deleted"]:
            first.setdefault(tuple(row[column] for column in key), row)
    return first


def effective_ordinal(entity: str, row: Row) -> int:
    value: date = row[ENTITIES[entity][1]]
    return value.toordinal()


def described_customers(book: Book) -> list[str]:
    """Customers who have a contract or a unit, or left less than 30 days ago."""
    left_before = book.moment.day - timedelta(days=LEFT_DAYS)
    found = []
    for customer_id, row in book.customers.items():
        ends = [each["closed_date"] for each in book.of("contract", customer_id)]
        ends += [each["end_date"] for each in book.of("occupancy", customer_id)]
        if row["onboarded_date"] <= book.moment.day and any(end is None or end > left_before for end in ends):
            found.append(customer_id)
    return sorted(found)


def features(book: Book, portfolio: Portfolio) -> dict[str, Values]:
    """One row per described customer."""
    found: dict[str, Values] = {}
    for customer_id in described_customers(book):
        row, as_of, where = book.customers[customer_id], book.moment.day, book.positions[customer_id]
        values: Values = {
            **{name: row[name] for name in ("customer_id", "customer_type_code", "industry_code")},
            **{name: row[name] for name in ("education_code", "employment_code")},
            "as_of_date": as_of,
            "tenure_days": (as_of - row["onboarded_date"]).days,
            "business_age_days": None if row["registered_date"] is None else (as_of - row["registered_date"]).days,
        }
        values |= repayment(where, book.of("default_event", customer_id))
        if portfolio.default_dpd_days is not None:
            values |= lateness(where)
        values |= paid(book.of("payment", customer_id), as_of)
        values |= movement(book.of("transaction", customer_id), book.moment)
        for days in (30, 90, 180, 365):
            values[f"paid_ratio_{days}d"] = quotient(
                values.get(f"paid_amount_{days}d"), values.get(f"due_amount_{days}d")
            )
        quarter, year = values["paid_ratio_90d"], values["paid_ratio_365d"]
        values["paid_ratio_change"] = None if quarter is None or year is None else quarter - year
        values["due_to_inflow_90d_ratio"] = quotient(values.get("due_amount_90d"), values.get("inflow_amount_90d"))
        found[customer_id] = values
    to_peers(found)
    return found


def contract_rows(book: Book) -> dict[tuple[str, str], Values]:
    """One row per known contract."""
    return {
        (customer_id, contract_id): values
        for customer_id, where in book.positions.items()
        for contract_id, values in where.contracts.items()
    }
