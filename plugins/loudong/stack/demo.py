"""The main job on one machine: generate, load, train and publish the latest day through Airflow's scheduler.

Two month-ends before it are published too, without Airflow: roll rates and vintages compare month-ends.
"""

import threading
import time
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

from loudong.errors import LoudongError
from loudong.pipeline import chain
from loudong.pipeline.dates import latest_closed_date, month_ends
from loudong.portfolio.settings import FILE_NAME, read_portfolio
from loudong.settings import Settings, get_settings
from loudong.stack import services
from loudong.stack.airflow_api import ENDED, AirflowApi, TaskTime
from loudong.stack.summary import summary_lines
from loudong.warehouse import migrate
from loudong.warehouse.connect import connect
from loudong.warehouse.credentials import credentials

Say = Callable[[str], None]

MONTH_ENDS = 2


def run_demo(customers: int, months: int, seed: int, say: Say, echo: Say) -> None:
    """Do what is not done yet, then print what came of it. Raises a LoudongError when a DAG run does not succeed."""
    settings = get_settings()
    started = time.monotonic()

    def tell(text: str) -> None:
        say(f"[{time.monotonic() - started:5.0f} s] {text}")

    tell("starting PostgreSQL, MLflow and Airflow")
    migrate.set_up(settings)
    starting = _InBackground(lambda: services.up(settings))
    as_of_date = _load_portfolio(settings, customers, months, seed, tell)
    starting.join()
    api = AirflowApi(settings, services.UI_USER)
    _do_once(api, "train_default_model", _has_champion, as_of_date, tell)
    api.wait_until_parsed("promote_default_model")
    api.unpause("promote_default_model")  # waits for the next training
    for month_end in month_ends(as_of_date - timedelta(days=62), as_of_date - timedelta(days=1))[-MONTH_ENDS:]:
        if not _is_published(month_end):
            chain.run_day(month_end, None, tell)
    _do_once(api, "risk_daily", lambda: _is_published(as_of_date), as_of_date, tell)
    for line in summary_lines(as_of_date):
        echo(line)
    for name, address in services.addresses(settings).items():
        echo(f"{name:<12} {address}")
    echo(f"Password     {credentials(settings)['airflow_ui']}")


def _do_once(api: AirflowApi, dag_id: str, is_done: Callable[[], bool], as_of_date: date, tell: Say) -> None:
    if is_done():
        tell(f"{dag_id}: already done")
        return
    _let_run(api, dag_id, as_of_date, tell)
    if not is_done():
        raise LoudongError(f"{dag_id} ended without its result; see its log in Airflow")


class _InBackground(threading.Thread):
    """A thread whose error is raised where it is joined."""

    def __init__(self, work: Callable[[], None]) -> None:
        super().__init__(daemon=True)
        self._work = work
        self._error: BaseException | None = None
        self.start()

    def run(self) -> None:
        try:
            self._work()
        except BaseException as error:  # noqa: BLE001 - handed to the thread that joins
            self._error = error

    def join(self, timeout: float | None = None) -> None:
        super().join(timeout)
        if self._error is not None:
            raise self._error


def _load_portfolio(settings: Settings, customers: int, months: int, seed: int, tell: Say) -> date:
    from loudong.landing.load import load_folder
    from loudong.portfolio.generator import generate

    folder = settings.landing_folder
    if not (folder / FILE_NAME).exists():
        end = latest_closed_date(datetime.now(UTC), settings.timezone)
        tell(f"generating {customers:,} customers x {months} months to {end}")
        generate(customers, months, seed, end, folder)
    tell(f"loading {folder}")
    summary = load_folder(folder)
    tell(f"loaded: {summary.landed:,} new rows, {summary.known:,} known, {summary.quarantined:,} quarantined")
    return read_portfolio(folder).history_end_date


def _let_run(api: AirflowApi, dag_id: str, as_of_date: date, tell: Say) -> None:
    """Unpause the DAG, so that the scheduler starts its newest interval; by hand where it will not."""

    def on_task(done: TaskTime) -> None:
        tell(f"{dag_id}.{done.task_id}: {done.state} in {done.seconds:.1f} s")

    api.wait_until_parsed(dag_id)
    newest_closed = latest_closed_date(datetime.now(UTC), get_settings().timezone)
    earlier = api.runs(dag_id)
    api.unpause(dag_id)
    run_id = None
    # An earlier try that ended keeps the scheduler from starting the same interval again.
    has_ended = bool(earlier) and earlier[0]["state"] in ENDED
    if has_ended or (dag_id == "risk_daily" and newest_closed != as_of_date):
        run_id = api.trigger(dag_id, {"as_of_date": as_of_date.isoformat()})
    run = api.wait_for_run(dag_id, run_id, on_task)
    tell(f"{dag_id}: Airflow's state is {run['state']}")
    if run["state"] != "success":
        raise LoudongError(f"the run {run['dag_run_id']} of {dag_id} ended as {run['state']}; see its log in Airflow")


def _has_champion() -> bool:
    from models.registry import has_champion

    return has_champion()


def _is_published(as_of_date: date) -> bool:
    with connect() as connection:
        found = connection.execute(
            "select 1 from ops.publication where as_of_date = %s and superseded_at is null", (as_of_date,)
        ).fetchone()
    return found is not None
