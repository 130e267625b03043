"""Portfolio settings: the few facts in which one portfolio differs from another.

They lie as `portfolio.yml` beside the landing folders; `loudong load` keeps them in `landing.portfolio`.
"""

from datetime import date
from pathlib import Path
from typing import Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from loudong.errors import LoudongError
from loudong.yaml_file import read_yaml

FILE_NAME = "portfolio.yml"


class PortfolioSettings(BaseModel):
    """Settings of one portfolio.

    `horizon_days`: a default counts when it happens within this many days after the date judged.
    `default_dpd_days`: more days past due than this is a default; null where days past due are unknown.
    `materiality_amount`: arrears up to this amount are no default; null takes the policy's row for the currency.
    `default_cure_months`: clean months after which a default has ended; null takes the policy's rows.
    `judged_dates`: `month_end` judges every active customer; `listed` those of the entity judged_customer.
    `history_start_date`, `history_end_date`: first and last business date that the data describe.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    title: str
    currency: str = Field(pattern=r"^[A-Z]{3}$")
    timezone: str
    horizon_days: int = Field(gt=0, le=1825)
    default_dpd_days: int | None = Field(default=90, ge=0, le=3650)
    materiality_amount: float | None = Field(default=None, ge=0)
    default_cure_months: int | None = Field(default=None, ge=0, le=120)
    judged_dates: Literal["month_end", "listed"] = "month_end"
    history_start_date: date
    history_end_date: date

    @field_validator("timezone")
    @classmethod
    def _known_timezone(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except (ZoneInfoNotFoundError, ValueError):
            raise ValueError(f"unknown time zone '{value}'") from None
        return value


def read_portfolio(folder: Path) -> PortfolioSettings:
    """The settings beside the landing files in `folder`; a LoudongError says what is missing or wrong."""
    path = folder / FILE_NAME
    if not path.is_file():
        raise LoudongError(f"{path} is missing: it names the portfolio's currency, time zone, horizon and dates")
    try:
        return PortfolioSettings.model_validate(read_yaml(path))
    except (ValidationError, yaml.YAMLError) as error:
        raise LoudongError(f"{path} is not a valid portfolio description: {error}") from error


def write_portfolio(folder: Path, settings: PortfolioSettings) -> None:
    """Write `settings` as portfolio.yml into `folder`."""
    text = yaml.safe_dump(settings.model_dump(mode="json"), sort_keys=False, allow_unicode=True)
    (folder / FILE_NAME).write_text(text, encoding="utf-8")
