"""Promises of the main job through Airflow's own scheduler: success, no change when run again, backfills in order.

Everything runs as a user runs it: the `loudong` command in processes of its own, with its own state folder and ports.
"""

import itertools
import json
import os
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path

import psutil
import psycopg
import pytest

from bench.ports import free_ports
from loudong.errors import LoudongError
from loudong.pipeline.dates import latest_closed_date
from loudong.settings import Settings, get_settings
from loudong.stack.airflow_api import AirflowApi
from loudong.stack.services import UI_USER

BACKFILL_DAYS = 3
PATIENCE_SECONDS = 600
READING_SECONDS = 10
PROMOTION = "promote_default_model"
EXPLANATION = "explain_published"


@dataclass(frozen=True)
class Stack:
    """A running stack: its environment, and what the first demo said."""

    environment: dict[str, str]
    first: subprocess.CompletedProcess[str]
    as_of_date: date

    @property
    def settings(self) -> Settings:
        return get_settings()

    def loudong(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        program = Path(sys.executable).with_name("loudong")
        return subprocess.run(
            [program, *arguments], env=self.environment, capture_output=True, text=True, check=False, timeout=900
        )

    def change(self, statement: str) -> None:
        from loudong.warehouse.connect import connect

        with connect("admin", self.settings) as connection:
            connection.execute(statement.encode())

    def ask(self, query: str, *values: object) -> list[tuple]:
        from loudong.warehouse.connect import connect

        with connect("admin", self.settings) as connection:
            return connection.execute(query.encode(), values).fetchall()


@pytest.fixture(scope="module")
def stack(state_dir: Path) -> Iterator[Stack]:
    warehouse, airflow, mlflow = free_ports(3)
    own = {
        "LOUDONG_STATE_DIR": str(state_dir / "stack"),
        "LOUDONG_WAREHOUSE_PORT": str(warehouse),
        "LOUDONG_AIRFLOW_PORT": str(airflow),
        "LOUDONG_MLFLOW_PORT": str(mlflow),
        "LOUDONG_WAREHOUSE_DATABASE": "loudong",
    }
    patch = pytest.MonkeyPatch()
    for name, value in own.items():
        patch.setenv(name, value)
    patch.delenv("LOUDONG_LANDING_DIR", raising=False)
    get_settings.cache_clear()
    as_of_date = latest_closed_date(datetime.now().astimezone(), get_settings().timezone)
    running = Stack(dict(os.environ), subprocess.CompletedProcess([], 0), as_of_date)
    try:
        first = running.loudong("demo", "--customers", "300", "--months", "18", "--seed", "3")
        assert first.returncode == 0, first.stdout + first.stderr
        yield Stack(running.environment, first, as_of_date)
    finally:
        ended = running.loudong("stop")
        patch.undo()
        get_settings.cache_clear()
    assert ended.returncode == 0
    left = [p.pid for p in psutil.process_iter(["cmdline"]) if own["LOUDONG_STATE_DIR"] in str(p.info["cmdline"])]
    assert left == []


def test_training_and_the_latest_day_end_in_airflows_own_success(stack: Stack) -> None:
    api = AirflowApi(stack.settings, UI_USER)
    for dag_id in ("train_default_model", "risk_daily"):
        assert f"{dag_id}: Airflow's state is success" in stack.first.stderr
        assert [run["state"] for run in api.runs(dag_id)] == ["success"]
    assert stack.ask("select as_of_date, state from ops.run where kind = 'daily' and holder like 'airflow:%%'") == [
        (stack.as_of_date, "published")
    ]


def test_the_demo_says_what_came_of_it(stack: Stack) -> None:
    said = stack.first.stdout
    for part in ("published by run", "customers per tier", "newest alerts", "AUC", "seconds per step", "Password"):
        assert part in said
    (all_customers,) = stack.ask("select count(*) from bi.customer_360 where as_of_date = %s", stack.as_of_date)
    assert f"{all_customers[0]:,}" in said
    report = stack.settings.reports_dir / f"{stack.as_of_date}.html"
    assert report.as_uri() in said
    page = report.read_text(encoding="utf-8")
    assert "<svg" in page or "data:image" in page
    assert "http://" not in page.replace("http://www.w3.org", "")


def test_status_and_url_say_what_runs_and_where(stack: Stack) -> None:
    status, url = stack.loudong("status"), stack.loudong("url")
    assert (status.returncode, url.returncode) == (0, 0)
    assert "stopped" not in status.stdout
    assert f"{stack.as_of_date}  published" in status.stdout
    for port in (stack.settings.airflow_port, stack.settings.mlflow_port, stack.settings.warehouse_port):
        assert f"127.0.0.1:{port}" in url.stdout


def test_nothing_listens_beyond_loopback(stack: Stack) -> None:
    folder = stack.environment["LOUDONG_STATE_DIR"]
    addresses = set()
    for process in psutil.process_iter():
        try:
            if folder in str(process.environ().get("LOUDONG_STATE_DIR")) or folder in " ".join(process.cmdline()):
                addresses |= {c.laddr.ip for c in process.net_connections("inet") if c.status == psutil.CONN_LISTEN}
        except (psutil.NoSuchProcess, psutil.AccessDenied):
            continue
    assert addresses == {"127.0.0.1"}


def test_tasks_are_forked_from_a_scheduler_that_has_imported_what_they_need(stack: Stack) -> None:
    folder = stack.environment["LOUDONG_STATE_DIR"]
    (scheduler,) = [
        process
        for process in psutil.process_iter(["cmdline"])
        if (process.info["cmdline"] or [])[2:3] == ["scheduler"]
        and process.environ().get("LOUDONG_STATE_DIR") == folder
    ]
    assert any("lightgbm" in mapped.path for mapped in scheduler.memory_maps())


def test_airflow_asks_for_the_password(stack: Stack) -> None:
    base = f"http://127.0.0.1:{stack.settings.airflow_port}"
    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(f"{base}/api/v2/dags", timeout=10)
    assert refused.value.code == 401
    request = urllib.request.Request(
        f"{base}/auth/token",
        data=json.dumps({"username": UI_USER, "password": "admin"}).encode(),
        headers={"Content-Type": "application/json"},
    )
    with pytest.raises(urllib.error.HTTPError) as wrong:
        urllib.request.urlopen(request, timeout=10)
    assert wrong.value.code == 401


def test_the_demo_again_changes_no_published_row(stack: Stack, snapshot: Callable[[], object]) -> None:
    before = snapshot()
    again = stack.loudong("demo", "--customers", "300", "--months", "18", "--seed", "3")
    assert again.returncode == 0, again.stderr
    assert "risk_daily: already done" in again.stderr
    assert snapshot() == before


def test_a_backfill_runs_three_days_in_order_and_reprocesses_without_a_change(
    stack: Stack, snapshot: Callable[[], object]
) -> None:
    days = [stack.as_of_date - timedelta(days=offset) for offset in range(BACKFILL_DAYS, 0, -1)]
    _backfill(stack, days, "--max-active-runs", str(BACKFILL_DAYS))
    ran = stack.ask(
        "select as_of_date, state, started_at, ended_at from ops.run "
        "where holder like '%%backfill%%' order by started_at"
    )
    # A month-end among them was published by the demo already.
    expected = ["unchanged" if (day + timedelta(days=1)).day == 1 else "published" for day in days]
    assert [(day, state) for day, state, *_ in ran] == list(zip(days, expected, strict=True))
    assert all(earlier[3] <= later[2] for earlier, later in itertools.pairwise(ran))
    before = snapshot()
    _backfill(stack, days[-1:], "--reprocess-behavior", "completed")
    again = stack.ask("select as_of_date, state from ops.run order by started_at desc limit 1")
    assert again == [(days[-1], "unchanged")]
    assert snapshot() == before


def _backfill(stack: Stack, days: list[date], *options: str) -> None:
    """Create a backfill over `days` and wait until it is completed: as many more runs succeeded as there are days."""
    before = _ended_backfills(stack)
    created = stack.loudong(
        *("airflow", "backfill", "create", "--dag-id", "risk_daily"),
        *("--from-date", f"{days[0]}T02:00+08:00", "--to-date", f"{days[-1]}T02:00+08:00", *options),
    )
    assert created.returncode == 0, created.stderr
    api = AirflowApi(stack.settings, UI_USER)
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline and not all(b["completed_at"] for b in api.backfills("risk_daily")):
        _ended_backfills(stack)
        time.sleep(2)
    assert len(_ended_backfills(stack) - before) == len(days)


def _ended_backfills(stack: Stack) -> set[tuple[str, str]]:
    """(dag run id, end) of every backfill run that ended in success; a run that failed ends the test."""
    runs = AirflowApi(stack.settings, UI_USER).runs("risk_daily")
    mine = [run for run in runs if run["run_type"] == "backfill"]
    assert [run["dag_run_id"] for run in mine if run["state"] == "failed"] == []
    return {(run["dag_run_id"], run["end_date"]) for run in mine if run["state"] == "success"}


def test_what_was_published_is_explained_in_airflow(stack: Stack) -> None:
    api = AirflowApi(stack.settings, UI_USER)
    api.unpause(EXPLANATION)
    run_id = api.trigger(EXPLANATION, {"as_of_date": stack.as_of_date.isoformat()})
    assert api.wait_for_run(EXPLANATION, run_id, lambda done: None)["state"] == "success"
    ((owing, answered),) = stack.ask(
        "select count(*), count(settled_tier) from bi.customer_360 "
        "where as_of_date = %s and past_due_amount > 0 and tier in ('high', 'medium')",
        stack.as_of_date,
    )
    assert owing == answered > 0
    assert stack.ask(
        "select count(*) from risk.tier_move where not is_late_correction_known and as_of_date = %s", stack.as_of_date
    ) == [(0,)]


def test_a_better_challenger_waits_for_a_person_in_airflow_and_scores_once_approved(stack: Stack) -> None:
    trained = stack.loudong("train", "--as-of", stack.as_of_date.isoformat())
    assert trained.returncode == 0, trained.stderr
    assert "(challenger)" in trained.stdout
    assert "beside the champion: " in trained.stdout
    api = AirflowApi(stack.settings, UI_USER)
    (versions,) = stack.ask("select challenger_version, champion_version from ops.model_comparison")
    assert versions == ("2", "1")
    stack.change("update ops.model_comparison set verdict = 'not_better'")
    ended = api.wait_for_run(PROMOTION, api.trigger(PROMOTION, {}), lambda done: None)
    states = {done.task_id: done.state for done in api.task_times(PROMOTION, ended["dag_run_id"])}
    assert states == {"find_better_challenger": "success", "approve": "skipped", "promote": "skipped"}
    stack.change("update ops.model_comparison set verdict = 'better'")
    run_id = api.trigger(PROMOTION, {})
    answer = {"chosen_options": ["Approve"], "params_input": {"because": "the numbers"}}
    _answer(api, f"/api/v2/dags/{PROMOTION}/dagRuns/{run_id}/taskInstances/approve/-1/hitlDetails", answer)
    assert api.wait_for_run(PROMOTION, run_id, lambda done: None)["state"] == "success"
    assert stack.ask(
        "select model_version, replaced_version, promoted_by, because, verdict from ops.model_promotion "
        "where kind = 'promotion'"
    ) == [("2", "1", UI_USER, "the numbers", "better")]
    back = stack.loudong("rollback", "--by", "Han Meimei", "--because", "a trial")
    assert (back.returncode, back.stdout.split()[-1]) == (0, "1")


def _answer(api: AirflowApi, path: str, answer: dict[str, object]) -> None:
    """Answer a request of Airflow as a person does: once it is asked, and not before it can have been read.

    Airflow takes an answer that comes before its scheduler has noted that the task waits for a failure of the task.
    """
    deadline = time.monotonic() + PATIENCE_SECONDS
    while True:
        try:
            api._call("GET", path)
        except LoudongError:
            if time.monotonic() > deadline:
                raise
            time.sleep(1)
        else:
            break
    time.sleep(READING_SECONDS)
    api._call("PATCH", path, answer)


def test_a_port_in_use_is_named_with_the_setting_that_changes_it(stack: Stack) -> None:
    other = stack.environment | {
        "LOUDONG_STATE_DIR": f"{stack.environment['LOUDONG_STATE_DIR']}/other",
        "LOUDONG_WAREHOUSE_PORT": stack.environment["LOUDONG_WAREHOUSE_PORT"],
    }
    finished = Stack(other, stack.first, stack.as_of_date).loudong("setup")
    assert finished.returncode == 1
    assert "LOUDONG_WAREHOUSE_PORT" in finished.stderr
    assert "Traceback" not in finished.stderr


def test_the_bi_reader_cannot_reach_airflows_database(stack: Stack) -> None:
    from loudong.warehouse.connect import embedded_url
    from loudong.warehouse.credentials import credentials

    url = embedded_url(stack.settings, "airflow", "loudong_bi", credentials(stack.settings)["bi"])
    with pytest.raises(psycopg.OperationalError, match="permission denied"):
        psycopg.connect(url)
