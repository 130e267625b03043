"""Two slices side by side: what the marts said of a customer then, and what they say now."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from psycopg import sql
from psycopg.rows import dict_row

from loudong.warehouse.connect import Connection

# They name the row, not what it says.
NOT_COMPARED = ("customer_id", "as_of_date", "run_id", "contract_id")


@dataclass(frozen=True)
class Difference:
    """One column on both sides. `contract_id` is None for what is said of the customer as a whole. A side that does
    not describe the customer or contract is null throughout, and the column `is_described` says so."""

    contract_id: str | None
    column: str
    then: Any
    now: Any

    @property
    def differs(self) -> bool:
        return bool(self.then != self.now)


def features(
    connection: Connection, then_run_id: str, now_run_id: str, as_of_date: date, customer_id: str
) -> list[Difference]:
    """Every column of the customer's features; none when neither side describes the customer."""
    then = _rows(connection, "marts", "fct_customer_features", then_run_id, as_of_date, customer_id)
    now = _rows(connection, "aside", "fct_customer_features", now_run_id, as_of_date, customer_id)
    return _pair(None, then[0] if then else None, now[0] if now else None)


def contracts(
    connection: Connection, then_run_id: str, now_run_id: str, as_of_date: date, customer_id: str
) -> list[Difference]:
    """Every column of each of the customer's contracts, in the order of contract_id."""
    then, now = (
        {row["contract_id"]: row for row in _rows(connection, schema, "fct_contract_delinquency", *slice_)}
        for schema, slice_ in (
            ("marts", (then_run_id, as_of_date, customer_id)),
            ("aside", (now_run_id, as_of_date, customer_id)),
        )
    )
    return [one for key in sorted({*then, *now}) for one in _pair(key, then.get(key), now.get(key))]


def _rows(
    connection: Connection, schema: str, table: str, run_id: str, as_of_date: date, customer_id: str
) -> list[dict[str, Any]]:
    return (
        connection.cursor(row_factory=dict_row)
        .execute(
            sql.SQL("select * from {} where run_id = %s and as_of_date = %s and customer_id = %s").format(
                sql.Identifier(schema, table)
            ),
            (run_id, as_of_date, customer_id),
        )
        .fetchall()
    )


def _pair(contract_id: str | None, then: dict[str, Any] | None, now: dict[str, Any] | None) -> list[Difference]:
    if then is None and now is None:
        return []
    columns = [column for column in (now or then or {}) if column not in NOT_COMPARED]
    described = Difference(contract_id, "is_described", then is not None, now is not None)
    return [
        described,
        *(Difference(contract_id, name, (then or {}).get(name), (now or {}).get(name)) for name in columns),
    ]
