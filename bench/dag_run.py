"""How much of a daily DAG run is work: the steps of the run beside what passes from its start to its end."""

from dataclasses import dataclass
from datetime import datetime

from bench.program import loudong
from loudong.settings import Settings
from loudong.stack.airflow_api import AirflowApi
from loudong.stack.services import UI_USER
from loudong.warehouse.connect import connect


@dataclass(frozen=True)
class DagRunMeasure:
    """Seconds of the newest run of risk_daily, and of the steps in it; the rest is Airflow's and starting Python."""

    customers: int
    tasks: int
    seconds: float
    step_seconds: float

    @property
    def overhead(self) -> float:
        return 1 - self.step_seconds / self.seconds


def measure(customers: int, months: int, settings: Settings) -> DagRunMeasure:
    """Do the main job for a portfolio of its own; the stack is stopped afterwards."""
    try:
        loudong("demo", "--customers", customers, "--months", months)
        api = AirflowApi(settings, UI_USER)
        (run,) = api.runs("risk_daily")
        tasks = api.task_times("risk_daily", run["dag_run_id"])
        with connect() as connection:
            row = connection.execute(
                "select sum(extract(epoch from step.ended_at - step.started_at)) from ops.run_step as step "
                "inner join ops.run using (run_id) where run.holder = %s",
                (f"airflow:risk_daily:{run['dag_run_id']}",),
            ).fetchone()
    finally:
        loudong("stop")
    start, end = (datetime.fromisoformat(run[name]) for name in ("start_date", "end_date"))
    return DagRunMeasure(customers, len(tasks), (end - start).total_seconds(), float(row[0]) if row else 0)
