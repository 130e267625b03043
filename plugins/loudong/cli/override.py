"""Commands about what people decide over tiers."""

from datetime import date
from typing import TYPE_CHECKING

import click

from loudong.cli.options import DATE, with_end
from loudong.policy.tables import TIERS

if TYPE_CHECKING:
    from loudong.decisions.override import Override


@click.group()
def override() -> None:
    """Decide a customer's tier for a time, in your name and with a reason."""


@override.command("set")
@click.argument("customer_id", metavar="CUSTOMER")
@click.argument("tier", type=click.Choice(TIERS))
@click.option("--by", "name", required=True, help="Who decides it.")
@click.option("--because", "reason", required=True, help="Why.")
@click.option("--until", "until", type=DATE, required=True, help="The last date it counts for.")
def set_(customer_id: str, tier: str, name: str, reason: str, until: date) -> None:
    """Let CUSTOMER be of TIER from the dates on that end after now. It reaches below no floor that policy closes to it.

    Refused while another override of the customer stands.
    """
    from loudong.decisions.override import make_override
    from loudong.warehouse.migrate import require_schema

    require_schema()
    made = make_override(customer_id, tier, name, reason, until)
    click.echo(f"{_line(made)}; it counts from {made.from_date} on")


@override.command()
@click.argument("customer_id", metavar="CUSTOMER")
@click.option("--by", "name", required=True, help="Who decides it.")
@click.option("--because", "reason", required=True, help="Why.")
def end(customer_id: str, name: str, reason: str) -> None:
    """End the override of CUSTOMER: dates that end after now are decided without it."""
    from loudong.decisions.override import end_override
    from loudong.warehouse.migrate import require_schema

    require_schema()
    click.echo(_line(end_override(customer_id, name, reason)))


@override.command("list")
@click.option("--customer", "customer_id", help="Of this customer alone.")
@click.option("--all", "show_all", is_flag=True, help="Also those that were ended or have expired.")
def list_(customer_id: str | None, show_all: bool) -> None:
    """Show the overrides that stand, newest first."""
    from loudong.decisions.override import overrides
    from loudong.warehouse.migrate import require_schema

    require_schema()
    found = overrides(customer_id, show_all)
    for one in found:
        click.echo(_line(one))
    if not found:
        click.echo("no override was ever made" if show_all else "no override stands")


def _line(one: "Override") -> str:
    period = f"from {one.from_date} until {one.expires_date}"
    return with_end(f"{one.customer_id} is {one.tier} {period}, by {one.made_by}: {one.because}", one)


COMMANDS = (override,)
