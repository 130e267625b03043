"""The `loudong` command: everything a DAG task does, and what people need around it."""

import logging
import sys
import warnings
from typing import NoReturn

import click

from loudong.cli import actions, alerts, credit, data, model, override, pipeline, policy, stack, tasks
from loudong.errors import LoudongError


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.option("-v", "--verbose", is_flag=True, help="Say more about what happens.")
def cli(verbose: bool) -> None:
    """Loudong (楼栋): credit risk of customers grouped by building."""
    if not verbose and not sys.warnoptions:
        warnings.simplefilter("ignore")  # those of libraries: nothing that a user of this command can act on
    logging.basicConfig(
        level=logging.INFO if verbose else logging.WARNING, format="%(levelname)s %(name)s: %(message)s"
    )


for part in (data, pipeline, model, policy, override, alerts, actions, credit, tasks, stack):
    for command in part.COMMANDS:
        cli.add_command(command)


def main() -> None:
    """Run the command; a LoudongError, or a file or folder that cannot be used, becomes one message and exit code."""
    try:
        cli()
    except LoudongError as error:
        _fail(str(error), error.exit_code)
    except (PermissionError, NotADirectoryError, IsADirectoryError) as error:
        if error.filename is None:
            raise
        _fail(f"{error.filename} cannot be used: {error.strerror}", LoudongError.exit_code)


def _fail(message: str, code: int) -> NoReturn:
    click.secho(f"loudong: {message}", fg="red", err=True)
    sys.exit(code)
