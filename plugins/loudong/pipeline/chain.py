"""The daily chain and the training chain without Airflow."""

from collections.abc import Callable
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from loudong.errors import LoudongError
from loudong.pipeline import opening, runs, steps
from loudong.pipeline.panels import panel_dates
from loudong.pipeline.walking import lacks_panel
from loudong.warehouse.connect import connect
from loudong.warehouse.migrate import check_version

if TYPE_CHECKING:
    from collections.abc import Iterator

    from models.quarters import QuarterModel
    from models.training import TrainedModel

Progress = Callable[[str], None]


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
        run_id = opening.open_daily(as_of_date, policy_dir)
    except opening.NothingDeliveredError as nothing:
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
    steps.build_reporting(run_id)
    return steps.publish(run_id)


def run_range(first: date, last: date, policy_dir: Path | None, on_progress: Progress) -> list[DayResult]:
    """Run every date from `first` to `last` in order; the first error stops it."""
    if first > last:
        raise LoudongError(f"--from {first} lies after --as-of {last}")
    days = (last - first).days + 1
    return [run_day(first + timedelta(days=offset), policy_dir, on_progress) for offset in range(days)]


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
    policy_version = opening.record_policy(policy_dir, known_before.date())
    return opening.open_run("panel", dates, policy_version, holder).run_id


def train(as_of_date: date | None, policy_dir: Path | None, on_progress: Progress) -> "TrainedModel":
    """Build the panel, train on it and register the model."""
    known_before = label_known_before(as_of_date)
    with _panel(known_before, policy_dir, on_progress) as run_id:
        on_progress("training")
        return steps.train(run_id, known_before)


def train_walk_forward(as_of_date: date | None, policy_dir: Path | None, on_progress: Progress) -> "list[QuarterModel]":
    """Build the panel and train a model for every quarter from the first that may have one to that of the newest
    outcomes; what was learned from the same rows stays."""
    known_before = label_known_before(as_of_date)
    with _panel(known_before, policy_dir, on_progress) as run_id:
        on_progress("training a model per quarter")
        return steps.train_walk_forward(run_id, known_before)


def walk_forward(run_id: str, policy_dir: Path | None, on_progress: Progress) -> int:
    """Score the dates of a panel run that has ended, each by a model that saw no outcome after it; how many rows.

    Quarters without a model are trained first, on a panel that is built unless one stands. RunBusyError while another
    run is at work and one has to be built.
    """
    if lacks_panel(run_id):
        with _panel(label_known_before(None), policy_dir, on_progress):
            on_progress("panel: built")
    on_progress("scoring by walk-forward")
    return steps.walk_forward(run_id)


@contextmanager
def _panel(known_before: datetime, policy_dir: Path | None, on_progress: Progress) -> "Iterator[str]":
    """The run of a panel that is built with its labels, open while the block learns from it."""
    run_id = open_panel(known_before, policy_dir)
    with runs.ending(run_id):
        on_progress("panel: building the marts")
        steps.build(run_id, steps.EVERYTHING, policy_dir)
        on_progress("panel: building labels")
        steps.build_label(run_id, known_before)
        yield run_id
