"""The daily chain and the training chain without Airflow."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from loudong.errors import LoudongError
from loudong.pipeline import runs, steps
from loudong.pipeline.dates import month_ends
from loudong.warehouse.connect import Connection, connect
from loudong.warehouse.migrate import check_version

if TYPE_CHECKING:
    from models.training import TrainedModel

Progress = Callable[[str], None]

# A panel date needs this much history before it, else windows are half empty.
WARM_UP_DAYS = 90


@dataclass(frozen=True)
class DayResult:
    """How one date ended: `published`, `unchanged` or `skipped`, with its run and report."""

    as_of_date: date
    state: str
    run_id: str | None = None
    report: Path | None = None
    reason: str | None = None


def run_day(as_of_date: date, policy_dir: Path | None, on_progress: Progress) -> DayResult:
    """Build, check, score, decide and publish one date. The run is closed as failed when a step raises."""
    try:
        run_id = steps.open_daily(as_of_date, policy_dir)
    except steps.NothingDeliveredError as nothing:
        return DayResult(as_of_date, "skipped", reason=str(nothing))
    try:
        verdict = _run_steps(run_id, policy_dir, lambda what: on_progress(f"{as_of_date}: {what}"))
    except BaseException as error:
        runs.close_run(run_id, "failed", str(error)[:2000])
        raise
    return DayResult(as_of_date, verdict, run_id, steps.tell(as_of_date))


def _run_steps(run_id: str, policy_dir: Path | None, on_progress: Progress) -> str:
    on_progress("checking what landed")
    steps.gate(run_id, "landing")
    on_progress("building the marts")
    steps.build(run_id, steps.EVERYTHING, policy_dir)
    on_progress("checking the marts")
    steps.gate(run_id, "marts")
    on_progress("scoring")
    steps.score(run_id)
    steps.gate(run_id, "scores")
    on_progress("deciding")
    steps.decide(run_id)
    on_progress("watching the model")
    steps.watch(run_id)
    on_progress("publishing")
    steps.build(run_id, "reporting", policy_dir)
    return steps.publish(run_id)


def run_range(first: date, last: date, policy_dir: Path | None, on_progress: Progress) -> list[DayResult]:
    """Run every date from `first` to `last` in order; the first error stops it."""
    if first > last:
        raise LoudongError(f"--from {first} lies after --as-of {last}")
    days = (last - first).days + 1
    return [run_day(first + timedelta(days=offset), policy_dir, on_progress) for offset in range(days)]


def panel_dates(connection: Connection, label_known_before: datetime) -> tuple[date, ...]:
    """The dates to learn from: listed ones, or month-ends whose horizon had ended by `label_known_before`."""
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
        raise LoudongError(
            f"no date to learn from: the label needs {portfolio.horizon_days} days after a date and "
            f"{WARM_UP_DAYS} before it, the data start on {portfolio.history_start_date}"
        )
    return tuple(dates)


def label_known_before(as_of_date: date | None) -> datetime:
    """Until when outcomes may be known: the end of `as_of_date`, or now.

    Portfolios that list the dates to judge are research sets: their outcomes all lie after those dates.
    """
    with connect() as connection:
        portfolio = runs.current_portfolio(connection)
    if as_of_date is None or portfolio.judged_dates == "listed":
        return datetime.now(UTC)
    return runs.cutoff(as_of_date, portfolio.timezone)


def open_panel(known_before: datetime, policy_dir: Path | None = None, holder: str | None = None) -> str:
    """Open a run that builds all dates to learn from; its run_id."""
    with connect() as connection:
        check_version(connection)
        dates = panel_dates(connection, known_before)
    policy_version = steps.record_policy(policy_dir, known_before.date())
    return steps.open_run("panel", dates, policy_version, holder).run_id


def train(as_of_date: date | None, policy_dir: Path | None, on_progress: Progress) -> "TrainedModel":
    """Build the panel in one pass, train on it and register the model."""
    known_before = label_known_before(as_of_date)
    run_id = open_panel(known_before, policy_dir)
    try:
        on_progress("panel: building the marts")
        steps.build(run_id, steps.EVERYTHING, policy_dir)
        on_progress("panel: building labels")
        steps.build_label(run_id, known_before)
        on_progress("training")
        model = steps.train(run_id, known_before)
    except BaseException as error:
        runs.close_run(run_id, "failed", str(error)[:2000])
        raise
    runs.close_run(run_id, "done")
    return model
