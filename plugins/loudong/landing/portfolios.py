"""Keeping the portfolio's settings with the data they belong to."""

import hashlib
import json
from pathlib import Path

from loudong.errors import LoudongError
from loudong.portfolio.settings import PortfolioSettings, read_portfolio
from loudong.warehouse.connect import Connection


def keep(connection: Connection, folder: Path) -> PortfolioSettings:
    """Store the settings beside the files of `folder` when they are new; the settings.

    A warehouse holds one portfolio: the files of another one, or of another time zone, are refused.
    """
    settings = read_portfolio(folder)
    row = connection.execute("select settings from landing.portfolio order by portfolio_id desc limit 1").fetchone()
    if row is not None:
        standing = PortfolioSettings.model_validate(row[0])
        if (standing.name, standing.timezone) != (settings.name, settings.timezone):
            raise LoudongError(
                f"this warehouse holds portfolio '{standing.name}' ({standing.timezone}), {folder} is "
                f"'{settings.name}' ({settings.timezone}); use another LOUDONG_WAREHOUSE_DATABASE"
            )
        if standing == settings:
            return settings
    text = json.dumps(settings.model_dump(mode="json"), sort_keys=True)
    digest = hashlib.sha256(text.encode()).hexdigest()
    connection.execute(
        "insert into landing.portfolio (name, content_hash, settings) values (%s, %s, %s)",
        (settings.name, digest, text),
    )
    return settings
