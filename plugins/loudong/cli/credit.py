"""Commands about new credit that people approve against a restriction."""

from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING

import click

from loudong.cli.options import with_end
from loudong.errors import LoudongError

if TYPE_CHECKING:
    from loudong.decisions.credit import CreditApproval


@click.group()
def credit() -> None:
    """Approve contracts of customers whose new credit is stopped or needs an approval."""


@credit.command()
@click.argument("customer_id", metavar="CUSTOMER")
@click.argument("contract_id", metavar="CONTRACT")
@click.option("--limit", "limit", required=True, help="Up to which limit, in the portfolio's currency.")
@click.option("--by", required=True, help="Who decides.")
@click.option("--because", required=True, help="Why.")
def approve(customer_id: str, contract_id: str, limit: str, by: str, because: str) -> None:
    """Approve CONTRACT of CUSTOMER up to a limit, in the place of what was approved for it before.

    It may be a contract that has not landed yet. Dates that end after now find no contradiction in it.
    """
    from loudong.decisions.acts import Act
    from loudong.decisions.credit import approve_credit
    from loudong.warehouse.migrate import require_schema

    try:
        amount = Decimal(limit.replace(",", ""))
    except InvalidOperation:
        raise LoudongError(f"--limit {limit} is not an amount; give digits, for example 50000") from None
    require_schema()
    click.echo(_line(approve_credit(customer_id, contract_id, amount, Act(by, because))))


@credit.command()
@click.argument("customer_id", metavar="CUSTOMER")
@click.argument("contract_id", metavar="CONTRACT")
@click.option("--by", required=True, help="Who decides.")
@click.option("--because", required=True, help="Why.")
def withdraw(customer_id: str, contract_id: str, by: str, because: str) -> None:
    """Take back what was approved for CONTRACT of CUSTOMER."""
    from loudong.decisions.acts import Act
    from loudong.decisions.credit import withdraw_credit
    from loudong.warehouse.migrate import require_schema

    require_schema()
    click.echo(_line(withdraw_credit(customer_id, contract_id, Act(by, because))))


@credit.command("list")
@click.option("--customer", "customer_id", help="Of this customer alone.")
@click.option("--all", "show_all", is_flag=True, help="Also those that were taken back or replaced.")
def list_(customer_id: str | None, show_all: bool) -> None:
    """Show what is approved, newest first."""
    from loudong.decisions.credit import credit_approvals
    from loudong.warehouse.migrate import require_schema

    require_schema()
    found = credit_approvals(customer_id, show_all)
    for one in found:
        click.echo(_line(one))
    if not found:
        click.echo("nothing was ever approved" if show_all else "nothing is approved")


def _line(one: "CreditApproval") -> str:
    return with_end(
        f"{one.contract_id} of {one.customer_id} up to {one.limit_amount:,.2f}, by {one.made_by}: {one.because}", one
    )


COMMANDS = (credit,)
