"""Roll rates and vintages, worked out when a month-end is published: views answer at once, however long the history."""

from datetime import date, timedelta
from pathlib import Path

from loudong.warehouse.connect import Connection

SQL_DIR = Path(__file__).with_name("sql")
STATEMENTS = ("month_end", "contract_move", "vintage")


def renew_month_ends(connection: Connection, as_of_date: date) -> None:
    """Write risk.contract_move and risk.vintage anew as far as the publication of `as_of_date` bears on them.

    To be called in the transaction that publishes it. Other days than the last of a month change neither.
    """
    if (as_of_date + timedelta(days=1)).day != 1:
        return
    connection.execute("create temporary table published_month_end (as_of_date date) on commit drop")
    connection.execute("insert into published_month_end values (%s)", (as_of_date,))
    for name in STATEMENTS:
        connection.execute((SQL_DIR / f"{name}.sql").read_bytes())
