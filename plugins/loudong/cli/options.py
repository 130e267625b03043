"""Option types and lines of text that several commands share."""

from datetime import date, datetime
from typing import Any, Protocol

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


class Ended(Protocol):
    """What a person decided, and may have ended; `ended_*` are None until then."""

    @property
    def ended_at(self) -> datetime | None: ...
    @property
    def ended_by(self) -> str | None: ...
    @property
    def ended_because(self) -> str | None: ...


def with_end(text: str, decided: Ended) -> str:
    """`text` about what was decided, with who ended it, when and why, where somebody did."""
    if decided.ended_at is None:
        return text
    return f"{text}; ended {decided.ended_at:%Y-%m-%d} by {decided.ended_by}: {decided.ended_because}"
