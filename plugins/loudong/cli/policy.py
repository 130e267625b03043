"""Commands about policies: check one, try it on past dates, propose one, publish it."""

from datetime import date
from pathlib import Path

import click

from loudong.cli.options import DATE, say
from loudong.errors import LoudongError

FOLDER = click.Path(path_type=Path, file_okay=False)


@click.group()
def policy() -> None:
    """Policies: tables of rows that say what tiers, alerts and actions follow."""


@policy.command()
@click.argument("folder", type=FOLDER, required=False)
def check(folder: Path | None) -> None:
    """Find gaps, overlaps, unknown indicators and rows that can never apply in FOLDER (default: the shipped policy).

    Every fault is named by file, row and column; the exit code is then 1.
    """
    from loudong.policy import load_policy
    from loudong.policy.summary import lines
    from loudong.settings import get_settings

    for line in lines(load_policy(_existing(folder or get_settings().policy_dir), most_shown=None)):
        click.echo(line)


@policy.command("try")
@click.argument("folder", type=FOLDER)
@click.option("--from", "first", type=DATE, required=True, help="First date; every Sunday from it on is decided.")
@click.option("--to", "last", type=DATE, required=True, help="Last date.")
@click.option("--by", "name", help="Who tries it; default: the user of this system.")
@click.option("--json", "as_json", is_flag=True, help="Print the figures as one JSON object.")
def try_(folder: Path, first: date, last: date, name: str | None, as_json: bool) -> None:
    """Decide past dates by the policy in FOLDER, as known then, beside the policy in force, and report what differs.

    Nothing that is published changes. Features of dates that were never tried are built first.
    """
    import json

    from loudong.policy import load_policy
    from loudong.trial.record import try_policy
    from loudong.trial.report import lines
    from loudong.warehouse.migrate import require_schema

    load_policy(_existing(folder))  # refused before anything is started
    require_schema()
    recorded = try_policy(folder, first, last, say, name)
    if as_json:
        click.echo(json.dumps(recorded.figures, ensure_ascii=False))
        return
    for line in lines(recorded.figures):
        click.echo(line)
    click.echo(f"trial {recorded.trial_id}, report {recorded.report}")


@policy.command()
@click.option("--budget-new", "new", type=float, required=True, help="Share of customers newly alerted a month.")
@click.option("--budget-standing", "standing", type=float, required=True, help="Share of customers in alert on a date.")
@click.option("--from", "first", type=DATE, required=True, help="First date; the earlier half is searched.")
@click.option("--to", "last", type=DATE, required=True, help="Last date; the later half judges what was found.")
@click.option("--out", type=FOLDER, help="Folder for the candidate; must not exist or be empty.")
def propose(new: float, standing: float, first: date, last: date, out: Path | None) -> None:
    """Find pd cut-offs and alert thresholds for a budget of alerts on the earlier dates; judge them on the later."""
    from loudong.trial.proposal import lines
    from loudong.trial.proposal import propose as propose_policy
    from loudong.trial.search import Budget
    from loudong.warehouse.migrate import require_schema

    require_schema()
    for line in lines(propose_policy(Budget(new, standing), first, last, out, say)):
        click.echo(line)


@policy.command()
@click.argument("folder", type=FOLDER)
@click.option("--by", "name", required=True, help="Who approves it.")
@click.option("--because", "reason", required=True, help="Why.")
def publish(folder: Path, name: str, reason: str) -> None:
    """Approve the policy in FOLDER, which must have been tried as it stands: from its effective_from on it decides."""
    from loudong.policy import load_policy
    from loudong.policy.publish import effective_from, publish_policy
    from loudong.trial.report import summary
    from loudong.warehouse.connect import connect
    from loudong.warehouse.migrate import require_schema

    found = load_policy(_existing(folder))
    require_schema()
    with connect() as connection:
        trial = publish_policy(connection, found, name, reason)
    click.echo(f"trial {trial.trial_id} of {trial.tried_at:%Y-%m-%d} by {trial.tried_by}, report {trial.report_path}:")
    for line in summary(trial.figures):
        click.echo(f"  {line}")
    click.echo(f"policy {found.version} is approved by {name} and decides from {effective_from(found)} on")


@policy.command("list")
def list_() -> None:
    """Show the policies that were approved, and which one is in force."""
    from loudong.policy import load_policy
    from loudong.policy.in_force import approval_in_force, approvals
    from loudong.settings import get_settings
    from loudong.trial.dates import newest_delivered_date
    from loudong.warehouse.connect import connect
    from loudong.warehouse.migrate import require_schema

    require_schema()
    with connect() as connection:
        known = approvals(connection)
        day = newest_delivered_date(connection)
        standing = approval_in_force(connection, day)
    shipped = load_policy(get_settings().policy_dir)
    click.echo(f"{'':<3}{'policy':<28}{'from':<12}{'approved by':<24}why")
    mark = "*" if standing is None else ""
    click.echo(f"{mark:<3}{shipped.version:<28}{'':<12}{'':<24}shipped in {get_settings().policy_dir}")
    for approval in known:
        mark = "*" if approval == standing else ""
        told = (
            f"{approval.policy_version:<28}{approval.effective_from!s:<12}{approval.approved_by:<24}{approval.reason}"
        )
        click.echo(f"{mark:<3}{told}")
    click.echo(f"* in force on {day}")


def _existing(folder: Path) -> Path:
    if not folder.is_dir():
        raise LoudongError(f"{folder} is not a folder of policy tables")
    return folder


COMMANDS = (policy,)
