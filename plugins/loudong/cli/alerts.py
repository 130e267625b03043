"""Commands about alerts: what stands, and what people decide."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from typing import Any

import click

from loudong.cli.options import DATE

OUTCOMES = click.Choice(["confirmed", "valuable", "false_alarm"])
STATUSES = click.Choice(["open", "acknowledged", "snoozed", "resolved", "withdrawn", "lapsed"])


@click.group()
def alert() -> None:
    """Alerts: what stands, and what people decide."""


@alert.command("list")
@click.option("--status", type=STATUSES, help="Only these; without it, all that are not closed.")
@click.option("--owner", help="Only those of a person or a role.")
@click.option("--subject", help="Only those about a customer, building or industry.")
@click.option("--rule", help="Only those of a rule.")
@click.option("--limit", type=click.IntRange(min=1), default=50, show_default=True)
def list_alerts(status: str | None, owner: str | None, subject: str | None, rule: str | None, limit: int) -> None:
    """Show alerts, the gravest and most urgent first."""
    from loudong.decisions.alert_list import listed
    from loudong.warehouse.connect import connect
    from loudong.warehouse.migrate import require_schema

    require_schema()
    with connect() as connection:
        rows = listed(connection, status, owner, subject, rule, limit)
    for row in rows:
        click.echo(
            f"{row.alert_id:>8}  {row.severity:<9}{row.status:<13}due {row.due_date}  {row.subject:<20}"
            f"{row.rule_code:<26}{row.owner:<30}{row.name_en} {row.name_zh}"
        )
    if not rows:
        click.echo("no alerts")


@alert.command()
@click.argument("alert_id", type=int)
def show(alert_id: int) -> None:
    """Show one alert with everything that happened to it."""
    from loudong.decisions.alert_list import shown
    from loudong.warehouse.connect import connect
    from loudong.warehouse.migrate import require_schema

    require_schema()
    with connect() as connection:
        row, events = shown(connection, alert_id)
    evidence = row.pop("evidence")
    for name, value in [*row.items(), *((f"evidence.{name}", value) for name, value in evidence.items())]:
        if value is not None:
            click.echo(f"{name:<28}{value}")
    for event in events:
        changes = ", ".join(f"{name}: {change['from']} -> {change['to']}" for name, change in event.changes.items())
        click.echo(f"{event.happened_at:%Y-%m-%d %H:%M:%S}  {event.kind_code} by {event.actor}: {event.reason}")
        if changes:
            click.echo(f"    {changes}")


def _edit(command: Callable[..., None]) -> Callable[..., None]:
    """Alert, name and reason: every edit asks for them."""
    for decorate in (
        click.option("--because", "reason", required=True, help="Why."),
        click.option("--by", "name", required=True, help="Who decides it."),
        click.argument("alert_id", type=int),
    ):
        command = decorate(command)
    return command


@contextmanager
def _edited(alert_id: int, name: str, reason: str) -> Iterator[Any]:
    from loudong.decisions.alert_life import edit
    from loudong.warehouse.connect import connect
    from loudong.warehouse.migrate import require_schema

    require_schema()
    with connect() as connection:
        yield edit(connection, alert_id, name, reason)


@alert.command()
@_edit
def acknowledge(alert_id: int, name: str, reason: str) -> None:
    """Say that somebody has it in hand."""
    from loudong.decisions import alert_life

    with _edited(alert_id, name, reason) as edited:
        alert_life.acknowledge(edited)
    click.echo(f"alert {alert_id} is acknowledged")


@alert.command()
@_edit
@click.option("--to", "member", help="Who gets it; without it, the least loaded of its role.")
def assign(alert_id: int, name: str, reason: str, member: str | None) -> None:
    """Give it to a person, within the capacity of the team."""
    from loudong.decisions import alert_life

    with _edited(alert_id, name, reason) as edited:
        owner = alert_life.assign(edited, member)
    click.echo(f"alert {alert_id} is with {owner}")


@alert.command()
@_edit
def note(alert_id: int, name: str, reason: str) -> None:
    """Keep a remark, also on a closed alert: what --because says."""
    from loudong.decisions import alert_life

    with _edited(alert_id, name, reason) as edited:
        alert_life.note(edited)
    click.echo(f"noted on alert {alert_id}")


@alert.command()
@_edit
@click.option("--until", type=DATE, required=True, help="Last date on which the rule is silent for the subject.")
def snooze(alert_id: int, name: str, reason: str, until: date) -> None:
    """Silence the rule for this customer up to a date."""
    from loudong.decisions import alert_life

    with _edited(alert_id, name, reason) as edited:
        alert_life.snooze(edited, until)
    click.echo(f"alert {alert_id} is snoozed until {until}")


@alert.command()
@_edit
@click.option("--to", "role", help="Role that gets it; without it, the one that policy puts above.")
def escalate(alert_id: int, name: str, reason: str, role: str | None) -> None:
    """Hand it to the next role, which has its days to respond."""
    from loudong.decisions import alert_life

    with _edited(alert_id, name, reason) as edited:
        above = alert_life.escalate(edited, role)
    click.echo(f"alert {alert_id} is with {above}")


@alert.command()
@_edit
@click.option("--outcome", type=OUTCOMES, required=True, help="What it was worth.")
def resolve(alert_id: int, name: str, reason: str, outcome: str) -> None:
    """Close it with its outcome."""
    from loudong.decisions import alert_life

    with _edited(alert_id, name, reason) as edited:
        alert_life.resolve(edited, outcome)
    click.echo(f"alert {alert_id} is resolved: {outcome}")


@alert.command()
@_edit
def withdraw(alert_id: int, name: str, reason: str) -> None:
    """Close it because it should not have been raised."""
    from loudong.decisions import alert_life

    with _edited(alert_id, name, reason) as edited:
        alert_life.withdraw(edited)
    click.echo(f"alert {alert_id} is withdrawn")


COMMANDS = (alert,)
