"""New credit that a person approves where a restriction stops it or asks for it (`risk.credit_approval`).

An approval names the contract and the limit up to which it is approved. It is never rewritten, and ended once: taken
back, or replaced by the next one for the contract. A date knows the approvals that were given, and not yet ended,
before it ended; the enforcement check of that date finds no contradiction in what they cover.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal

from psycopg.rows import class_row

from loudong.decisions.acts import Act
from loudong.errors import LoudongError
from loudong.landing.customers import require_customer
from loudong.warehouse.connect import Connection, connect

COLUMNS = (
    "approval_id, customer_id, contract_id, limit_amount, made_by, because, created_at, ended_at, ended_by, "
    "ended_because"
)


@dataclass(frozen=True)
class CreditApproval:
    """One approval; `limit_amount` in the portfolio's currency. `ended_*` are None until it is ended."""

    approval_id: int
    customer_id: str
    contract_id: str
    limit_amount: Decimal
    made_by: str
    because: str
    created_at: datetime
    ended_at: datetime | None
    ended_by: str | None
    ended_because: str | None


def approve_credit(
    customer_id: str, contract_id: str, limit_amount: Decimal, act: Act, at: datetime | None = None
) -> CreditApproval:
    """Approve a contract of the customer up to `limit_amount`, in the place of what was approved for it before.

    `at` is when it is approved, now by default. Raises LoudongError for an unknown customer and for a limit that is not
    positive. The contract may be one that has not landed yet.
    """
    at = at or datetime.now(UTC)
    if limit_amount <= 0:
        raise LoudongError(f"{limit_amount} is no limit: an approval names the amount up to which it holds")
    with connect() as connection:
        require_customer(connection, customer_id)
        _end(connection, customer_id, contract_id, Act(act.by, f"replaced: {act.because}"), at)
        return _fetch(
            connection,
            "insert into risk.credit_approval (customer_id, contract_id, limit_amount, made_by, because, created_at) "
            f"values (%s, %s, %s, %s, %s, %s) returning {COLUMNS}",
            (customer_id, contract_id, limit_amount, act.by, act.because, at),
        )[0]


def withdraw_credit(customer_id: str, contract_id: str, act: Act, at: datetime | None = None) -> CreditApproval:
    """Take back what was approved for the contract: dates that end after now are checked without it.

    Raises LoudongError where nothing is.
    """
    with connect() as connection:
        ended = _end(connection, customer_id, contract_id, act, at or datetime.now(UTC))
        if ended is None:
            raise LoudongError(
                f"nothing is approved for contract {contract_id} of {customer_id}; see loudong credit list --all"
            )
        return ended


def credit_approvals(customer_id: str | None = None, show_all: bool = False) -> list[CreditApproval]:
    """Those that nobody ended, or all; the newest first."""
    with connect() as connection:
        return _fetch(
            connection,
            f"select {COLUMNS} from risk.credit_approval "
            "where (%(customer)s::text is null or customer_id = %(customer)s) and (%(all)s or ended_at is null) "
            "order by created_at desc, approval_id desc",
            {"customer": customer_id, "all": show_all},
        )


def _end(connection: Connection, customer_id: str, contract_id: str, act: Act, at: datetime) -> CreditApproval | None:
    ended = _fetch(
        connection,
        "update risk.credit_approval set ended_at = greatest(%s, created_at), ended_by = %s, ended_because = %s "
        f"where customer_id = %s and contract_id = %s and ended_at is null returning {COLUMNS}",
        (at, act.by, act.because, customer_id, contract_id),
    )
    return ended[0] if ended else None


def _fetch(connection: Connection, query: str, values: tuple[object, ...] | dict[str, object]) -> list[CreditApproval]:
    return connection.cursor(row_factory=class_row(CreditApproval)).execute(query.encode(), values).fetchall()
