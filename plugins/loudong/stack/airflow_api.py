"""A small client of Airflow's REST API: what the demo needs to let the scheduler run a DAG and watch it."""

import json
import time
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.error import HTTPError
from urllib.parse import quote

from loudong.errors import LoudongError
from loudong.settings import Settings
from loudong.warehouse.credentials import credentials

ENDED = ("success", "failed")


@dataclass(frozen=True)
class TaskTime:
    """How one task of a DAG run ended and how long it took, in seconds."""

    task_id: str
    state: str
    seconds: float


class AirflowApi:
    """Airflow's API server of the local stack, as its administrator."""

    def __init__(self, settings: Settings, user: str) -> None:
        self._base = f"http://127.0.0.1:{settings.airflow_port}"
        login = {"username": user, "password": credentials(settings)["airflow_ui"]}
        self._token = str(self._call("POST", "/auth/token", login)["access_token"])

    def _call(self, method: str, path: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
        request = urllib.request.Request(self._base + path, method=method)
        request.add_header("Content-Type", "application/json")
        if hasattr(self, "_token"):
            request.add_header("Authorization", f"Bearer {self._token}")
        data = json.dumps(body).encode() if body is not None else None
        try:
            with urllib.request.urlopen(request, data=data, timeout=60) as answer:
                parsed: dict[str, Any] = json.load(answer)
                return parsed
        except HTTPError as error:
            raise LoudongError(f"Airflow answered {error.code} to {method} {path}: {error.read()[:500]!r}") from error

    def wait_until_parsed(self, dag_id: str, seconds: int = 90) -> None:
        """Wait until the DAG processor has read the DAG's file."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            listed = self._call("GET", f"/api/v2/dags?dag_id_pattern={dag_id}")["dags"]
            if any(dag["dag_id"] == dag_id for dag in listed):
                return
            time.sleep(1)
        errors = self._call("GET", "/api/v2/importErrors")["import_errors"]
        text = errors[0]["stack_trace"] if errors else "no import error is reported"
        raise LoudongError(f"Airflow did not find the DAG {dag_id} within {seconds} s: {text}")

    def unpause(self, dag_id: str) -> None:
        """Let the scheduler run the DAG; it starts the newest complete interval at once."""
        self._call("PATCH", f"/api/v2/dags/{dag_id}", {"is_paused": False})

    def trigger(self, dag_id: str, conf: dict[str, str]) -> str:
        """Start a run by hand; its id."""
        return str(
            self._call("POST", f"/api/v2/dags/{dag_id}/dagRuns", {"logical_date": None, "conf": conf})["dag_run_id"]
        )

    def runs(self, dag_id: str) -> list[dict[str, Any]]:
        """The DAG's runs, newest first."""
        path = f"/api/v2/dags/{dag_id}/dagRuns?order_by=-run_after&limit=100"
        found: list[dict[str, Any]] = self._call("GET", path)["dag_runs"]
        return found

    def backfills(self, dag_id: str) -> list[dict[str, Any]]:
        """The DAG's backfills; `completed_at` is null while one goes on, and until then no other may be created."""
        found: list[dict[str, Any]] = self._call("GET", f"/api/v2/backfills?dag_id={dag_id}&limit=100")["backfills"]
        return found

    def task_times(self, dag_id: str, run_id: str) -> list[TaskTime]:
        """The tasks of a run in the order in which they started."""
        path = f"/api/v2/dags/{dag_id}/dagRuns/{quote(run_id)}/taskInstances?order_by=start_date&limit=100"
        tasks = self._call("GET", path)["task_instances"]
        return [TaskTime(task["task_id"], task["state"] or "none", task["duration"] or 0.0) for task in tasks]

    def wait_for_run(
        self, dag_id: str, run_id: str | None, on_task: Callable[[TaskTime], None], seconds: int = 900
    ) -> dict[str, Any]:
        """Wait until a run (default: the newest) has ended, telling of each task that ended; the run."""
        deadline = time.monotonic() + seconds
        told: set[str] = set()
        while time.monotonic() < deadline:
            found = [run for run in self.runs(dag_id) if run_id in (None, run["dag_run_id"])]
            if found:
                for done in self.task_times(dag_id, found[0]["dag_run_id"]):
                    if done.task_id not in told and done.state in (*ENDED, "skipped", "upstream_failed"):
                        told.add(done.task_id)
                        on_task(done)
                if found[0]["state"] in ENDED:
                    return found[0]
            time.sleep(1)
        raise LoudongError(f"the run of {dag_id} did not end within {seconds} s; see its log in Airflow")
