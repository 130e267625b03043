"""Option types that several commands share."""

from datetime import date
from typing import Any

import click

from loudong.errors import LoudongError
from loudong.pipeline.dates import parse_date


class DateType(click.ParamType[date]):
    """A business date, written as 2026-01-31."""

    name = "date"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> date:
        if isinstance(value, date):
            return value
        try:
            return parse_date(value, param.name if param and param.name else "the date")
        except LoudongError as error:
            self.fail(str(error), param, ctx)


DATE = DateType()


def say(text: str) -> None:
    """Progress of a long step, on standard error so that results can be piped."""
    click.echo(text, err=True)
