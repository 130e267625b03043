"""Commands about the default model."""

from datetime import date
from typing import TYPE_CHECKING

import click

from loudong.cli.options import DATE, say
from loudong.errors import LoudongError

if TYPE_CHECKING:
    from collections.abc import Iterator


@click.command()
@click.option("--as-of", "as_of", type=DATE, help="Learn from outcomes known by the end of this date; default: all.")
@click.option("--walk-forward", is_flag=True, help="Instead, a model per past quarter, from what was known then.")
def train(as_of: date | None, walk_forward: bool) -> None:
    """Build the panel, train and register a model. The first one is promoted, later ones are challengers."""
    from loudong.pipeline import chain, opening
    from loudong.warehouse.migrate import require_schema
    from models.registry import has_champion

    opening.check_policy()
    require_schema()
    has_champion()  # whether MLflow answers: now, not after minutes of building
    if walk_forward:
        for quarter in chain.train_walk_forward(as_of, None, say):
            click.echo(quarter.summary())
        return
    model = chain.train(as_of, None, say)
    click.echo(f"{model.model_name} version {model.version} ({model.alias}): {model.summary()}")
    if model.verdict is not None:
        click.echo(f"beside the champion: {model.verdict.summary()}")


@click.command()
@click.argument("version")
@click.option("--by", "name", required=True, help="Who approves it.")
@click.option("--because", "reason", required=True, help="Why.")
@click.option("--despite-verdict", is_flag=True, help="Even where the rule does not say that it is better.")
def promote(version: str, name: str, reason: str, despite_verdict: bool) -> None:
    """Make a registered version the champion that scores from now on."""
    from loudong.warehouse.migrate import require_schema
    from models.champion import promote as promote_version

    require_schema()
    click.echo(f"champion is now {promote_version(version, name, reason, despite_verdict)}")


@click.command()
@click.option("--by", "name", required=True, help="Who decides it.")
@click.option("--because", "reason", required=True, help="Why.")
def rollback(name: str, reason: str) -> None:
    """Go back to the version in whose place the present champion came."""
    from loudong.warehouse.migrate import require_schema
    from models.champion import rollback as go_back

    require_schema()
    click.echo(f"champion is now {go_back(name, reason)}")


@click.command()
@click.option("--by", "group", help="Also by month, customer_type, industry, building or tenure.")
def evaluate(group: str | None) -> None:
    """Show how good the registered models are, and what the rule says of each challenger."""
    from loudong.pipeline.runs import current_portfolio
    from loudong.warehouse.connect import connect
    from loudong.warehouse.migrate import require_schema
    from models.shadow import shadows

    require_schema()
    with connect() as connection:
        horizon_days = current_portfolio(connection).horizon_days
        rows = connection.execute(
            "select model_name, model_version, protocol, slice, n, bads, auc, auc_low, auc_high, ks, brier "
            "from ops.model_evaluation where slice = 'all' or split_part(slice, '=', 1) = %s "
            "order by evaluated_at, model_version, protocol, slice",
            (group,),
        ).fetchall()
        pairs = connection.execute(
            "select model_name, challenger_version, champion_version, verdict, auc_champion, auc_challenger, "
            "auc_gain_low, auc_gain_high from ops.model_comparison order by compared_at"
        ).fetchall()
    if group is not None and not any(part.startswith(f"{group}=") for *_, part, _, _, _, _, _, _, _ in rows):
        raise LoudongError(f"no model was judged by {group}; by month, customer_type, industry, building and tenure")
    click.echo(f"{'model':<40}{'protocol':<18}{'slice':<28}{'n':>8}{'bads':>7}  auc (95 %)             ks     brier")
    for name, version, protocol, part, n, bads, auc, low, high, ks, brier in rows:
        figures = (
            f"{auc:.3f} ({low:.3f} to {high:.3f})  {ks:.3f}  {brier:.4f}"
            if auc is not None and low is not None
            else "not enough data"
        )
        click.echo(f"{name + ' ' + version:<40}{protocol:<18}{part:<28}{n:>8,}{bads:>7,}  {figures}")
    for line in _reliability():
        click.echo(line)
    for name, challenger, champion, verdict, before, after, low, high in pairs:
        figures = "" if low is None else f": AUC {after:.3f} for {before:.3f}, gain {low:+.3f} to {high:+.3f}"
        click.echo(f"{name} {challenger} beside champion {champion}: {verdict.replace('_', ' ')}{figures}")
    for shadow in shadows(horizon_days):
        click.echo(shadow.summary())


def _reliability() -> "Iterator[str]":
    """Whether the pd of the newest version came true where it was judged; what a list of the team's size would hold."""
    from loudong.warehouse.connect import connect

    with connect() as connection:
        bins = connection.execute(
            "select model_name, model_version, bin_kind, bin_code, n, bads, mean_pd, bad_rate, bad_rate_low, "
            "bad_rate_high, brier, log_loss, state from ops.model_calibration where (model_name, model_version) = ("
            "select model_name, model_version from ops.model_calibration order by evaluated_at desc limit 1) "
            "order by bin_kind desc, mean_pd desc nulls last"
        ).fetchall()
        listed = connection.execute(
            "select model_name, model_version, capacity, told, hits, precision_ratio, recall_ratio "
            "from ops.model_precision order by evaluated_at desc limit 1"
        ).fetchone()
    for at, (name, version, kind, code, n, bads, *figures, state) in enumerate(bins):
        if at == 0:
            yield f"{name + ' ' + version:<40}{'n':>8}{'bads':>7}  mean pd  default rate (95 %)        brier   log loss"
        told = ""
        if figures[0] is not None:
            mean, rate, low, high, brier, loss = figures
            told = f"{mean:.4f}   {rate:.4f} ({low:.4f} to {high:.4f})  {brier:.4f}  {loss:.4f}  "
        yield f"{'  ' + kind + ' ' + code:<40}{n:>8,}{bads:>7,}  {told}{state.replace('_', ' ')}"
    if listed is not None:
        name, version, capacity, told, hits, precision, recall = listed
        found = (
            "not enough data"
            if precision is None
            else (f"{hits:,} of {told:,} customer-dates defaulted ({precision:.1%}), {recall:.1%} of all defaults")
        )
        yield f"{name} {version}, the {capacity:,} riskiest of each date: {found}"


COMMANDS = (train, promote, rollback, evaluate)
