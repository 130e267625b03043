"""Which past dates a policy is tried on."""

from datetime import date, timedelta

from loudong.errors import LoudongError
from loudong.pipeline.runs import current_portfolio
from loudong.warehouse.connect import Connection

DAYS_APART = 7
# A panel date needs this much history before it, as when a model is trained.
WARM_UP_DAYS = 90
SUNDAY = 6


def trial_dates(connection: Connection, first: date, last: date) -> tuple[date, ...]:
    """Every Sunday from `first` to `last`, or the dates to judge where the portfolio lists them.

    Sundays whatever `first` is, so that features stored for one trial serve the next. LoudongError for a range that
    is empty, begins before there is history, or ends after the newest date of which anything was delivered.
    """
    if first > last:
        raise LoudongError(f"--from {first} lies after --to {last}")
    portfolio = current_portfolio(connection)
    if portfolio.judged_dates == "listed":
        rows = connection.execute(
            "select distinct judged_date from landing.judged_customer where judged_date between %s and %s order by 1",
            (first, last),
        ).fetchall()
        dates = tuple(row[0] for row in rows)
    else:
        earliest = portfolio.history_start_date + timedelta(days=WARM_UP_DAYS)
        newest = newest_delivered_date(connection)
        if first < earliest:
            raise LoudongError(f"--from {first} is too early: windows are full from {earliest} on")
        if last > newest:
            raise LoudongError(f"--to {last} lies after {newest}, the newest date of which anything was delivered")
        dates = weekly(first, last)
    if not dates:
        raise LoudongError(f"no date to try a policy on lies between {first} and {last}: one is taken each Sunday")
    return dates


def weekly(first: date, last: date) -> tuple[date, ...]:
    """Every Sunday from `first` to `last`, both inclusive."""
    start = first + timedelta(days=(SUNDAY - first.weekday()) % DAYS_APART)
    return tuple(start + timedelta(days=day) for day in range(0, (last - start).days + 1, DAYS_APART))


def newest_delivered_date(connection: Connection) -> date:
    """The newest date on which anything became known. LoudongError when nothing has landed."""
    row = connection.execute("select max(observed_date) from ops.delivery").fetchone()
    if row is None or row[0] is None:
        raise LoudongError("nothing has landed yet; run: loudong load DIR")
    newest: date = row[0]
    return newest
