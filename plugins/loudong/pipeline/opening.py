"""Opening a run: what is refused before anything is built, and which policy it is built with."""

from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from loudong.errors import LoudongError
from loudong.pipeline import runs
from loudong.pipeline.dates import latest_closed_date
from loudong.portfolio.settings import PortfolioSettings
from loudong.settings import get_settings
from loudong.warehouse.connect import connect
from loudong.warehouse.migrate import check_version

if TYPE_CHECKING:
    from loudong.policy.tables import Row


class NothingDeliveredError(LoudongError):
    """Nothing became known on the date, so there is nothing to close."""


def open_daily(as_of_date: date, policy_dir: Path | None = None, holder: str | None = None) -> str:
    """Open the run of one date; its run_id.

    Refuses with a LoudongError a warehouse of another schema version, a date outside the portfolio's data and a
    policy that contradicts itself. Raises NothingDeliveredError, after recording a skipped run, for a day without
    deliveries.
    """
    from loudong.publishing.retention import require_long_enough

    check_policy(policy_dir)
    with connect() as connection:
        check_version(connection)
        portfolio = runs.current_portfolio(connection)
        require_long_enough(portfolio)
        if holder is not None and portfolio.timezone != get_settings().timezone:
            raise LoudongError(
                f"LOUDONG_TIMEZONE is {get_settings().timezone}, the portfolio's days end in {portfolio.timezone}: "
                f"set LOUDONG_TIMEZONE={portfolio.timezone} for Airflow"
            )
        reason = _nothing_to_do(connection, as_of_date, portfolio)
    policy_version = record_policy(policy_dir, as_of_date)
    run = open_run("daily", (as_of_date,), policy_version, holder)
    if reason is not None:
        runs.close_run(run.run_id, "skipped", reason)
        raise NothingDeliveredError(reason)
    return run.run_id


def open_run(kind: runs.Kind, as_of_dates: tuple[date, ...], policy_version: str, holder: str | None) -> runs.Run:
    """Claim the warehouse, and settle what a load that died left open, so that every version has its end."""
    from loudong.landing.versions import settle_all

    run = runs.open_run(kind, as_of_dates, policy_version, holder)
    with connect(autocommit=True) as connection:
        settle_all(connection)
    return run


def _nothing_to_do(connection: runs.Connection, as_of_date: date, portfolio: PortfolioSettings) -> str | None:
    """Why `as_of_date` has nothing to close; None when it has. LoudongError for a date outside the data."""
    row = connection.execute("select max(observed_date) from ops.delivery").fetchone()
    last = row[0] if row else None
    if last is None:
        raise LoudongError("nothing has landed yet; run: loudong load DIR")
    now = datetime.now(UTC)
    first = portfolio.history_start_date
    if not first <= as_of_date <= max(last, latest_closed_date(now, portfolio.timezone)):
        raise LoudongError(f"no data is known for {as_of_date}: the portfolio's data reach from {first} to {last}")
    if runs.cutoff(as_of_date, portfolio.timezone) > now:
        raise LoudongError(f"{as_of_date} has not ended in {portfolio.timezone}: run it after midnight")
    if portfolio.judged_dates == "listed":
        asked = connection.execute(
            "select 1 from landing.judged_customer where judged_date = %s limit 1", (as_of_date,)
        ).fetchone()
        return None if asked else f"no customer is to be judged on {as_of_date}"
    delivered = connection.execute("select 1 from ops.delivery where observed_date = %s", (as_of_date,)).fetchone()
    return None if delivered else f"nothing was delivered for {as_of_date}"


def check_policy(policy_dir: Path | None = None) -> None:
    """Refuse a broken row of the policy's files by file, row and column, before anything is read or written."""
    from loudong.policy import load_policy

    load_policy(policy_dir or get_settings().policy_dir)


def record_policy(policy_dir: Path | None = None, as_of_date: date | None = None) -> str:
    """Check the policy and keep its rows in the warehouse; its version.

    Without a folder it is the policy in force on `as_of_date` (today where none is given).
    """
    from loudong.policy import load_policy
    from loudong.policy.in_force import folder_in_force

    folder = policy_dir or folder_in_force(as_of_date or datetime.now(UTC).date())
    policy = load_policy(folder)
    with connect() as connection:
        _require_bounds(policy.rows["materiality"], runs.current_portfolio(connection), folder)
        policy.record(connection)
    return policy.version


def _require_bounds(rows: "list[Row]", portfolio: PortfolioSettings, folder: Path) -> None:
    """Refuse a policy without materiality bounds for the portfolio's currency, where arrears make a default."""
    bounds_are_needed = portfolio.default_dpd_days is not None and portfolio.materiality_amount is None
    if bounds_are_needed and portfolio.currency not in {row["currency"] for row in rows}:
        raise LoudongError(
            f"{folder / 'materiality.csv'} has no row for the portfolio's currency {portfolio.currency}: "
            "add its bounds, or set materiality_amount in portfolio.yml"
        )
