"""Commands that run the daily chain."""

from datetime import date
from pathlib import Path

import click

from loudong.cli.options import DATE, say
from loudong.errors import LoudongError

POLICY = click.Path(path_type=Path, file_okay=False)


@click.command()
@click.option("--as-of", "as_of", type=DATE, required=True, help="The business date to close and describe.")
@click.option("--from", "first", type=DATE, help="Run every date from this one to --as-of, in order.")
@click.option("--policy", type=POLICY, help="Folder of policy tables instead of the standing ones.")
@click.option("--train", "do_train", is_flag=True, help="Train a model first, on outcomes known by then.")
def run(as_of: date, first: date | None, policy: Path | None, do_train: bool) -> None:
    """The daily chain without Airflow: build, check, score, decide, publish."""
    from loudong.pipeline import chain, opening
    from loudong.warehouse.migrate import require_schema
    from models.registry import has_champion, require_champion

    if policy is not None and not policy.is_dir():
        raise LoudongError(f"--policy {policy} is not a folder")
    if first is not None and first > as_of:
        raise LoudongError(f"--from {first} lies after --as-of {as_of}")
    opening.check_policy(policy)
    require_schema()
    if not do_train:
        require_champion()  # now, not after minutes of building
    else:
        has_champion()  # whether MLflow answers
        model = chain.train(first or as_of, policy, say)
        click.echo(f"trained {model.model_name} version {model.version}: {model.summary()}")
    results = chain.run_range(first or as_of, as_of, policy, say)
    if all(result.state == "skipped" for result in results):
        raise LoudongError(f"nothing was published: {results[-1].reason}")
    for result in results:
        text = f"{result.as_of_date}: {result.state}"
        click.echo(f"{text} ({result.reason})" if result.reason else f"{text}, report {result.report}")
        if result.state != "skipped":
            _echo_tiers(result.as_of_date)


@click.command()
@click.option("--as-of", "as_of", type=DATE, required=True, help="A published business date.")
def counterfactuals(as_of: date) -> None:
    """What settling all that is past due would do for each customer of the high and the medium tier.

    The date is built again aside with payments that nobody made; nothing that is published changes.
    """
    from loudong.counterfactual.settle import settle
    from loudong.warehouse.migrate import require_schema

    require_schema()
    settled = settle(as_of, say)
    for note in settled.notes:
        click.echo(note)
    click.echo(
        f"{as_of}: {settled.better:,} of {settled.customers:,} customers with something past due would be in a better "
        "tier; see risk.counterfactual and bi.customer_360"
    )


@click.command("late-corrections")
@click.option("--as-of", "as_of", type=DATE, required=True, help="A published business date.")
def late_corrections(as_of: date) -> None:
    """Tell what late corrections did to tiers that changed on a date, apart from new data.

    Where something came late, the date is built again aside as if it had not; only risk.tier_move changes.
    """
    from loudong.comparison.corrections import tell_late_corrections
    from loudong.warehouse.migrate import require_schema

    require_schema()
    told = tell_late_corrections(as_of, say)
    for note in told.notes:
        click.echo(note)
    click.echo(
        f"{as_of}: of {told.moves:,} changes of tier {told.told:,} were told anew; {told.moved:,} were moved by "
        "what came late; see risk.tier_move"
    )


@click.command("then-vs-now")
@click.argument("customer_id", metavar="CUSTOMER")
@click.option("--as-of", "as_of", type=DATE, required=True, help="A business date that is built.")
@click.option("--all", "show_all", is_flag=True, help="Show the columns that are equal, too.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def then_vs_now(customer_id: str, as_of: date, show_all: bool, as_json: bool) -> None:
    """What we knew then of CUSTOMER on a date against what we know now, and the landed rows that made the difference.

    The date is built again aside, from all that has landed until today; nothing that is published changes.
    """
    from loudong.comparison import render
    from loudong.comparison.compare import compare
    from loudong.warehouse.migrate import require_schema

    require_schema()
    comparison = compare(customer_id, as_of, say)
    if as_json:
        click.echo(render.as_json(comparison, show_all))
        return
    for line in render.lines(comparison, show_all):
        click.echo(line)


def _echo_tiers(as_of: date) -> None:
    from loudong.warehouse.connect import connect

    with connect() as connection:
        rows = connection.execute(
            "select tier, count(*), avg(pd) from bi.customer_360 where as_of_date = %s group by tier "
            "order by array_position(array['high', 'medium', 'low'], tier)",
            (as_of,),
        ).fetchall()
    for tier, customers, mean_pd in rows:
        click.echo(f"  {tier:<8}{customers:>8,} customers, mean pd {mean_pd:.3f}")


COMMANDS = (run, counterfactuals, late_corrections, then_vs_now)
