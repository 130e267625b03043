"""Whether a customer has landed."""

from loudong.errors import LoudongError
from loudong.warehouse.connect import Connection


def require_customer(connection: Connection, customer_id: str) -> None:
    """Raise a LoudongError for a customer that no landed row describes."""
    if not connection.execute(
        "select 1 from landing.customer where customer_id = %s limit 1", (customer_id,)
    ).fetchone():
        raise LoudongError(f"unknown customer {customer_id}: no row of landing.customer names it")
