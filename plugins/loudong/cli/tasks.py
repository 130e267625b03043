"""Commands for the follow-up: see the tasks, close them with what came of it, give them to somebody."""

import json
from datetime import date
from decimal import Decimal, InvalidOperation

import click

from loudong.cli.options import DATE
from loudong.errors import LoudongError


@click.group()
def task() -> None:
    """What is to be done about customers: visits, calls, documents, reminders."""


@task.command("list")
@click.option("--owner", help="Only tasks of this person.")
@click.option("--role", help="Only tasks of this role.")
@click.option("--customer", help="Only this customer.")
@click.option("--overdue", is_flag=True, help="Only those past their due date.")
@click.option("--closed", is_flag=True, help="Those done or cancelled instead of those open.")
@click.option("--limit", type=click.IntRange(min=1), default=50, show_default=True)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object per line.")
def list_(
    owner: str | None,
    role: str | None,
    customer: str | None,
    overdue: bool,
    closed: bool,
    limit: int,
    as_json: bool,
) -> None:
    """Show tasks, the first due first. bi.work_list ranks them by what they are worth."""
    from loudong.decisions.task_states import list_tasks
    from loudong.warehouse.migrate import require_schema

    require_schema()
    for row in list_tasks(owner, role, customer, overdue, closed, limit):
        if as_json:
            click.echo(json.dumps(row, ensure_ascii=False, default=str))
        else:
            who = row["owner_id"] or row["owner_role"]
            what = row["outcome_code"] or row["state"]
            click.echo(
                f"{row['task_id']:>8} {row['customer_id']:<14}{row['kind_code']:<17}{what:<20}due {row['due_date']} "
                f"{who:<22}{row['reason_en']}"
            )


_TASKS = click.argument("task_ids", type=int, nargs=-1, required=True, metavar="TASK...")
_BY = click.option("--by", required=True, help="Who decides.")
_BECAUSE = click.option("--because", required=True, help="Why, or what was said.")


@task.command()
@_TASKS
@click.option("--outcome", required=True, help="What came of it, a code of task_outcome.csv, for example reached.")
@click.option("--promised-amount", help="Amount that the customer promised to pay (portfolio currency).")
@click.option("--promised-date", type=DATE, help="Last day for it.")
@_BY
@_BECAUSE
def done(
    task_ids: tuple[int, ...],
    outcome: str,
    promised_amount: str | None,
    promised_date: date | None,
    by: str,
    because: str,
) -> None:
    """Close tasks as done, with what came of it."""
    from loudong.decisions.acts import Act
    from loudong.decisions.task_states import Promise, finish_tasks
    from loudong.warehouse.migrate import require_schema

    promise = None
    if promised_amount is not None and promised_date is not None:
        promise = Promise(_amount(promised_amount), promised_date)
    elif promised_amount is not None or promised_date is not None:
        raise LoudongError("a promise needs both --promised-amount and --promised-date")
    require_schema()
    click.echo(f"{finish_tasks(task_ids, outcome, Act(by, because), promise)} task(s) done: {outcome}")


def _amount(text: str) -> Decimal:
    try:
        amount = Decimal(text)
    except InvalidOperation:
        amount = Decimal("nan")
    if not amount.is_finite():
        raise LoudongError(f"--promised-amount '{text}' is not a number")
    return amount


@task.command()
@_TASKS
@_BY
@_BECAUSE
def cancel(task_ids: tuple[int, ...], by: str, because: str) -> None:
    """Close tasks that need not be done."""
    from loudong.decisions.acts import Act
    from loudong.decisions.task_states import cancel_tasks
    from loudong.warehouse.migrate import require_schema

    require_schema()
    click.echo(f"{cancel_tasks(task_ids, Act(by, because))} task(s) cancelled")


@task.command()
@_TASKS
@click.option("--to", "owner", required=True, help="Member of the team, or a manager whom the data name.")
@_BY
@_BECAUSE
def assign(task_ids: tuple[int, ...], owner: str, by: str, because: str) -> None:
    """Give tasks to somebody."""
    from loudong.decisions.acts import Act
    from loudong.decisions.task_states import assign_tasks
    from loudong.warehouse.migrate import require_schema

    require_schema()
    click.echo(f"{assign_tasks(task_ids, owner, Act(by, because))} task(s) given to {owner}")


@task.command()
@_TASKS
@_BY
@_BECAUSE
def note(task_ids: tuple[int, ...], by: str, because: str) -> None:
    """Keep a note on tasks."""
    from loudong.decisions.acts import Act
    from loudong.decisions.task_states import note_tasks
    from loudong.warehouse.migrate import require_schema

    require_schema()
    click.echo(f"{note_tasks(task_ids, Act(by, because))} task(s) noted")


COMMANDS = (task,)
