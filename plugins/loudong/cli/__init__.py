"""The `loudong` command: everything a DAG task does, and what people need around it."""

import logging
import sys

import click

from loudong.cli import data, model, pipeline, stack
from loudong.errors import LoudongError


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.option("-v", "--verbose", is_flag=True, help="Say more about what happens.")
def cli(verbose: bool) -> None:
    """Loudong (楼栋): credit risk of customers grouped by building."""
    logging.basicConfig(
        level=logging.INFO if verbose else logging.WARNING, format="%(levelname)s %(name)s: %(message)s"
    )


for command in (*data.COMMANDS, *pipeline.COMMANDS, *model.COMMANDS, *stack.COMMANDS):
    cli.add_command(command)


def main() -> None:
    """Run the command; a LoudongError becomes one clear message and its exit code."""
    try:
        cli()
    except LoudongError as error:
        click.secho(f"loudong: {error}", fg="red", err=True)
        sys.exit(error.exit_code)
