"""Commands that make and bring in data."""

from datetime import date
from pathlib import Path

import click

from loudong.cli.options import DATE, say
from loudong.errors import LoudongError

FOLDER = click.Path(path_type=Path, file_okay=False)


@click.group()
def portfolio() -> None:
    """Make a portfolio."""


@portfolio.command()
@click.option("--customers", type=click.IntRange(min=50), default=2000, show_default=True)
@click.option("--months", type=click.IntRange(min=12, max=240), default=36, show_default=True)
@click.option("--seed", type=int, default=1, show_default=True)
@click.option("--end", type=DATE, required=True, help="Last business date that the data describe.")
@click.option("--out", type=FOLDER, required=True, help="Folder for the landing files; must not exist or be empty.")
@click.option("--clean", is_flag=True, help="Without the share of dirty rows.")
def generate(customers: int, months: int, seed: int, end: date, out: Path, clean: bool) -> None:
    """Write a realistic portfolio as landing files, and the truth about it beside them."""
    from loudong.portfolio.generator import generate as generate_portfolio

    report = generate_portfolio(customers, months, seed, end, out, dirty=not clean, on_progress=say)
    for line in report.lines():
        click.echo(line)


@click.command()
@click.argument("name", type=click.Choice(["taiwan", "superlender", "ibm-ar"]))
@click.argument("source", type=FOLDER)
@click.option("--out", type=FOLDER, required=True, help="Folder for the landing files; must not exist or be empty.")
def convert(name: str, source: Path, out: Path) -> None:
    """Turn a public data set into landing files."""
    from loudong.sources.convert import convert as convert_source

    for entity, rows in convert_source(name, source, out).items():
        click.echo(f"{entity:<22}{rows:>10,} rows")


@click.command()
@click.argument("folder", type=FOLDER)
def load(folder: Path) -> None:
    """Load landing files into the warehouse; loading again changes nothing."""
    from loudong.landing.load import load_folder
    from loudong.pipeline.stale import stale_line
    from loudong.warehouse.connect import connect, may_administer
    from loudong.warehouse.migrate import set_up

    if may_administer():
        set_up()
    summary = load_folder(folder, on_progress=say)
    for line in summary.lines():
        click.echo(line)
    with connect() as connection:
        stale = stale_line(connection)
    if stale is not None:
        click.echo(f"warning: {stale}")
    if summary.refused:
        raise LoudongError(f"{len(summary.refused)} file(s) could not be read and were refused; see the list above")


@click.group()
def quarantine() -> None:
    """Rows that were refused, with the reason."""


@quarantine.command("list")
@click.option("--entity", help="Only this entity.")
@click.option("--limit", type=click.IntRange(min=1), default=20, show_default=True)
def list_quarantine(entity: str | None, limit: int) -> None:
    """Show quarantined rows: file, line, reason and the row as delivered."""
    from loudong.landing.quarantine import count_by_reason, list_rows

    _check_quarantine(entity)
    for counted in count_by_reason(entity=entity):
        click.echo(f"{counted.entity:<22}{counted.reason_code:<20}{counted.rows:>8,} rows")
    for row in list_rows(entity=entity, limit=limit):
        click.echo(f"{row.path}:{row.line}: {row.reason}\n    {row.raw_row}")


@quarantine.command()
@click.option("--entity", help="Only this entity.")
def replay(entity: str | None) -> None:
    """Try quarantined rows again, for example after the customers they name have arrived."""
    from loudong.landing.quarantine import replay as replay_rows

    _check_quarantine(entity)
    replayed = replay_rows(entity=entity)
    click.echo(f"{replayed.landed:,} rows landed, {replayed.known:,} already known, {replayed.still_refused:,} refused")


def _check_quarantine(entity: str | None) -> None:
    from loudong.landing import contract
    from loudong.warehouse.migrate import require_schema

    if entity is not None:
        contract.entity(entity)
    require_schema()


COMMANDS = (portfolio, convert, load, quarantine)
