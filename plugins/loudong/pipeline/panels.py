"""Panels to learn from: which dates they hold, and which one that was built stands."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from loudong.errors import TooLittleError
from loudong.pipeline import runs
from loudong.pipeline.dates import month_ends
from loudong.warehouse.connect import Connection

# A panel date needs this much history before it, else windows are half empty.
WARM_UP_DAYS = 90

# Built by the same code with its labels, whole still, and not for the trial of a policy that may not be in force.
_STANDING = """
    select run.run_id
    from ops.run
    where
        run.kind = 'panel' and run.state = 'done'
        and run.code_version = %(code_version)s
        and run.as_of_dates @> %(dates)s::date[]
        and (
            select max(label.as_of_date) from marts.fct_default_label as label
            where label.run_id = run.run_id and label.is_mature
        ) >= %(last)s
        and not exists (
            select 1 from ops.removed_slice as removed
            where removed.run_id = run.run_id and removed.as_of_date = any(%(dates)s)
        )
        and not exists (select 1 from ops.trial_features as tried where tried.run_id = run.run_id)
    order by run.started_at desc
    limit 1
"""


def panel_dates(connection: Connection, label_known_before: datetime) -> tuple[date, ...]:
    """The dates to learn from: listed ones, or month-ends whose horizon had ended by `label_known_before`.

    A TooLittleError where there is none.
    """
    portfolio = runs.current_portfolio(connection)
    if portfolio.judged_dates == "listed":
        rows = connection.execute("select distinct judged_date from landing.judged_customer order by 1").fetchall()
        dates = [row[0] for row in rows]
    else:
        first = portfolio.history_start_date + timedelta(days=WARM_UP_DAYS)
        row = connection.execute("select max(observed_date) from ops.delivery").fetchone()
        last_delivered = row[0] if row and row[0] else first
        ended = label_known_before.astimezone(ZoneInfo(portfolio.timezone)).date() - timedelta(days=1)
        known_until = min(ended, last_delivered)
        dates = month_ends(first, known_until - timedelta(days=portfolio.horizon_days))
    if not dates:
        raise TooLittleError(
            f"no date to learn from: the label needs {portfolio.horizon_days} days after a date and "
            f"{WARM_UP_DAYS} before it, the data start on {portfolio.history_start_date}"
        )
    return tuple(dates)


def standing_panel(connection: Connection, dates: tuple[date, ...]) -> str | None:
    """The newest panel to learn from that holds `dates` with their outcomes; None where one has to be built."""
    row = connection.execute("select to_regclass('marts.fct_default_label') is not null").fetchone()
    if row is None or not row[0]:
        return None
    parameters = {"code_version": runs.code_version(), "dates": list(dates), "last": max(dates)}
    row = connection.execute(_STANDING.encode(), parameters).fetchone()
    return str(row[0]) if row else None
