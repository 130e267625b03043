"""Commands about the default model."""

from datetime import date

import click

from loudong.cli.options import DATE, say


@click.command()
@click.option("--as-of", "as_of", type=DATE, help="Learn from outcomes known by the end of this date; default: all.")
def train(as_of: date | None) -> None:
    """Build the panel, train and register a model. The first one is promoted, later ones are challengers."""
    from loudong.pipeline import chain
    from loudong.warehouse.migrate import require_schema
    from models.registry import has_champion

    require_schema()
    has_champion()  # whether MLflow answers: now, not after minutes of building
    model = chain.train(as_of, None, say)
    click.echo(f"{model.model_name} version {model.version} ({model.alias}): {model.summary()}")


@click.command()
@click.argument("version")
@click.option("--by", "name", required=True, help="Who approves it.")
@click.option("--because", "reason", required=True, help="Why.")
def promote(version: str, name: str, reason: str) -> None:
    """Make a registered version the champion that scores from now on."""
    from loudong.warehouse.migrate import require_schema
    from models.registry import promote as promote_version

    require_schema()
    click.echo(f"champion is now {promote_version(version, name, reason)}")


@click.command()
def evaluate() -> None:
    """Show how good the registered models are."""
    from loudong.warehouse.connect import connect
    from loudong.warehouse.migrate import require_schema

    require_schema()
    with connect() as connection:
        rows = connection.execute(
            "select model_name, model_version, protocol, slice, n, bads, auc, auc_low, auc_high, ks, brier "
            "from ops.model_evaluation order by evaluated_at, model_version, protocol, slice"
        ).fetchall()
    click.echo(f"{'model':<40}{'protocol':<18}{'slice':<28}{'n':>8}{'bads':>7}  auc (95 %)             ks     brier")
    for name, version, protocol, part, n, bads, auc, low, high, ks, brier in rows:
        figures = (
            f"{auc:.3f} ({low:.3f} to {high:.3f})  {ks:.3f}  {brier:.4f}"
            if auc is not None and low is not None
            else "not enough data"
        )
        click.echo(f"{name + ' ' + version:<40}{protocol:<18}{part:<28}{n:>8,}{bads:>7,}  {figures}")


COMMANDS = (train, promote, evaluate)
