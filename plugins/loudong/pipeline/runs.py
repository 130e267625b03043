"""The run ledger: who builds which dates, with what, and how each step ended (`ops.run`, `ops.run_step`).

One run builds at a time: the intermediate tables are shared and tiers compare with the newest published date
before. A run whose holder died is closed by the next one that wants to build.
"""

import json
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any, Literal
from zoneinfo import ZoneInfo

from loudong.errors import LoudongError
from loudong.pipeline.liveness import beating, default_holder, is_dead
from loudong.portfolio.settings import PortfolioSettings
from loudong.settings import get_settings
from loudong.warehouse.connect import Connection, connect

Kind = Literal["daily", "panel", "comparison"]
# Advisory lock of whoever loads: a run builds on landing tables that stand still.
LOAD_LOCK_KEY = 0x10AD


class RunBusyError(LoudongError):
    """Another run is building; trying again later may help."""


@dataclass(frozen=True)
class Run:
    """One run: the dates it builds and the portfolio they belong to. Only a daily run describes one `as_of_date`."""

    run_id: str
    kind: Kind
    as_of_dates: tuple[date, ...]
    portfolio: PortfolioSettings
    policy_version: str | None

    @property
    def as_of_date(self) -> date:
        if self.kind != "daily":
            raise LoudongError(f"run {self.run_id} is a {self.kind}, not the daily run of one as_of_date")
        return self.as_of_dates[0]


@dataclass
class StepReport:
    """What a step says of itself: rows written and anything worth keeping, into `ops.run_step`."""

    row_count: int | None = None
    detail: dict[str, Any] = field(default_factory=dict)


def cutoff(as_of_date: date, timezone: str) -> datetime:
    """The instant at which `as_of_date` ends: the following midnight in the portfolio's time zone.

    A row counts for the date when its observed_at is before this instant.
    """
    return datetime.combine(as_of_date + timedelta(days=1), time.min, ZoneInfo(timezone))


def current_portfolio(connection: Connection) -> PortfolioSettings:
    """The newest portfolio settings that landed; a LoudongError when none did."""
    row = connection.execute("select settings from landing.portfolio order by portfolio_id desc limit 1").fetchone()
    if row is None:
        raise LoudongError("no portfolio has been loaded; run: loudong load DIR")
    return PortfolioSettings.model_validate(row[0])


def open_run(
    kind: Kind, as_of_dates: tuple[date, ...], policy_version: str | None = None, holder: str | None = None
) -> Run:
    """Claim the warehouse for building `as_of_dates`.

    Opened again by the same holder for the same dates (a retried task), the claim is the same run. Raises
    RunBusyError, naming the run and its holder, while another one builds, and while files are being loaded.
    """
    holder = holder or default_holder()
    with connect() as connection:
        portfolio = current_portfolio(connection)
        connection.execute("lock table ops.run in share row exclusive mode")
        running = connection.execute(
            "select run_id, kind, as_of_dates, holder, heartbeat_at from ops.run where state = 'running'"
        ).fetchone()
        if running is not None:
            run_id, run_kind, dates, run_holder, heartbeat_at = running
            if run_holder == holder and run_kind == kind and tuple(dates) == as_of_dates:
                return Run(run_id, kind, as_of_dates, portfolio, policy_version)
            if not is_dead(run_holder, heartbeat_at):
                what = _dates_text(tuple(dates))
                raise RunBusyError(
                    f"run {run_id} of {run_holder} is building {what} since its last sign at {heartbeat_at:%H:%M:%S}; "
                    "wait for it to end, or end it"
                )
            _close(connection, run_id, "failed", f"its holder {run_holder} died; found by {holder}")
        loading = connection.execute("select not pg_try_advisory_xact_lock(%s)", (LOAD_LOCK_KEY,)).fetchone()
        if loading is not None and loading[0]:
            raise RunBusyError("files are being loaded; wait for the load to end")
        stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%S")
        label = as_of_dates[0].isoformat() if kind == "daily" else kind
        run_id = f"{label}.{stamp}.{secrets.token_hex(3)}"
        connection.execute(
            "insert into ops.run (run_id, kind, as_of_date, holder, as_of_dates, code_version, policy_version) "
            "values (%s, %s, %s, %s, %s, %s, %s)",
            (
                run_id,
                kind,
                as_of_dates[0] if kind == "daily" else None,
                holder,
                list(as_of_dates),
                code_version(),
                policy_version,
            ),
        )
    return Run(run_id, kind, as_of_dates, portfolio, policy_version)


def run_at_work(connection: Connection) -> str | None:
    """Which run builds now and for whom, in words; None when none does."""
    row = connection.execute("select run_id, holder, heartbeat_at from ops.run where state = 'running'").fetchone()
    return None if row is None or is_dead(row[1], row[2]) else f"run {row[0]} of {row[1]}"


def load_run(run_id: str) -> Run:
    """The open run `run_id`; a LoudongError when it is unknown or has ended."""
    run, state = read_run(run_id)
    if state != "running":
        raise LoudongError(f"run {run_id} has ended ({state}); open a new one")
    return run


def read_run(run_id: str) -> tuple[Run, str]:
    """The run `run_id`, open or not, and its state; a LoudongError when it is unknown."""
    with connect() as connection:
        row = connection.execute(
            "select kind, as_of_dates, policy_version, state from ops.run where run_id = %s", (run_id,)
        ).fetchone()
        if row is None:
            raise LoudongError(f"unknown run {run_id}")
        return Run(run_id, row[0], tuple(row[1]), current_portfolio(connection), row[2]), row[3]


def reopen_run(run_id: str) -> None:
    """Claim the warehouse for a panel that has ended, to look at its outcomes again; the caller closes it.

    Raises RunBusyError while another run builds or files are being loaded.
    """
    with connect() as connection:
        connection.execute("lock table ops.run in share row exclusive mode")
        busy = run_at_work(connection)
        loading = connection.execute("select not pg_try_advisory_xact_lock(%s)", (LOAD_LOCK_KEY,)).fetchone()
        if busy is not None or (loading is not None and loading[0]):
            raise RunBusyError(f"{busy or 'a load of files'} is at work; wait for it to end")
        connection.execute(
            "update ops.run set state = 'failed', ended_at = clock_timestamp(), reason = 'its holder died' "
            "where state = 'running'"
        )
        connection.execute(
            "update ops.run set state = 'running', ended_at = null, holder = %s, heartbeat_at = clock_timestamp() "
            "where run_id = %s and kind = 'panel' and state = 'done'",
            (default_holder(), run_id),
        )


def close_run(run_id: str, state: str, reason: str | None = None) -> None:
    """End a run that is still open; one that has ended keeps its end."""
    with connect() as connection:
        _close(connection, run_id, state, reason)


def _close(connection: Connection, run_id: str, state: str, reason: str | None) -> None:
    connection.execute(
        "update ops.run set state = %s, reason = %s, ended_at = clock_timestamp() "
        "where run_id = %s and state = 'running'",
        (state, reason, run_id),
    )
    connection.execute(
        "update ops.run_step set state = 'failed', ended_at = clock_timestamp() "
        "where run_id = %s and state = 'running'",
        (run_id,),
    )


@contextmanager
def ending(run_id: str) -> Iterator[None]:
    """End the run with the block: done, or failed with the reason where the block raises."""
    try:
        yield
    except BaseException as error:
        close_run(run_id, "failed", str(error)[:2000])
        raise
    close_run(run_id, "done")


@contextmanager
def step(run_id: str, name: str) -> Iterator[StepReport]:
    """Record one step of a run: its start, end, outcome, rows and detail. Errors are recorded and raised on."""
    report = StepReport()
    with connect(autocommit=True) as connection:
        row = connection.execute(
            "insert into ops.run_step (run_id, step) values (%s, %s) returning started_at", (run_id, name)
        ).fetchone()
        connection.execute("update ops.run set heartbeat_at = clock_timestamp() where run_id = %s", (run_id,))
    started_at = row[0] if row else None
    state = "failed"
    try:
        with beating(run_id):
            yield report
        state = "success"
    except BaseException as error:
        report.detail.setdefault("error", str(error)[:2000])
        raise
    finally:
        with connect(autocommit=True) as connection:
            connection.execute(
                "update ops.run_step set state = %s, ended_at = clock_timestamp(), row_count = %s, detail = %s "
                "where run_id = %s and step = %s and started_at = %s",
                (state, report.row_count, json.dumps(report.detail), run_id, name, started_at),
            )
            connection.execute("update ops.run set heartbeat_at = clock_timestamp() where run_id = %s", (run_id,))


def code_version() -> str:
    """Version of the package and, in a git checkout, the commit it is at."""
    from importlib.metadata import version

    head = get_settings().project_dir / ".git" / "HEAD"
    commit = ""
    if head.is_file():
        reference = head.read_text().strip()
        target = head.parent / reference.removeprefix("ref: ") if reference.startswith("ref: ") else Path()
        commit = target.read_text().strip() if target.is_file() else reference[:40]
    return version("loudong") + (f"+{commit[:12]}" if commit and not commit.startswith("ref:") else "")


def _dates_text(dates: tuple[date, ...]) -> str:
    return dates[0].isoformat() if len(dates) == 1 else f"{len(dates)} dates from {min(dates)} to {max(dates)}"
