"""What the DAG files ask of an Airflow task context. Imports nothing of Airflow: the context is handed in."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from loudong.errors import LoudongError
from loudong.pipeline.dates import as_of_date, latest_closed_date, parse_date
from loudong.settings import get_settings

ACTIVE_STATES = ("queued", "running")
# Between two looks of a waiting task. Airflow needs up to 5 s to notice that its process ended; a task queued again
# before that would count as lost.
WAIT_SECONDS = 15


def as_of_date_of(context: Mapping[str, Any]) -> date:
    """The business date that the DAG run of this task describes."""
    dag_run = context["dag_run"]
    return as_of_date(dag_run.conf, dag_run.data_interval_start, _run_type(dag_run), get_settings().timezone)


def training_date_of(context: Mapping[str, Any]) -> date:
    """Until when a training run may know outcomes: `conf`, else the last day before its data interval ends; for a run
    that an asset started, the last day that had closed by then."""
    dag_run = context["dag_run"]
    if _run_type(dag_run) == "asset_triggered" and not dag_run.conf:
        return latest_closed_date(dag_run.run_after, get_settings().timezone)
    end = dag_run.data_interval_end
    return as_of_date(dag_run.conf, end and end - timedelta(days=1), _run_type(dag_run), get_settings().timezone)


def explained_date_of(context: Mapping[str, Any]) -> date:
    """The published date that the DAG run of this task explains: `conf`, else the newest one."""
    from loudong.publishing.ledger import newest_published_date
    from loudong.warehouse.connect import connect

    given = (context["dag_run"].conf or {}).get("as_of_date")
    if given is not None:
        return parse_date(str(given), "conf as_of_date")
    with connect() as connection:
        newest = newest_published_date(connection)
    if newest is None:
        raise LoudongError("no date is published; run: loudong run --as-of DATE")
    return newest


def holder_of(context: Mapping[str, Any]) -> str:
    """Who holds the run in `ops.run`: the same for every try of the same DAG run."""
    dag_run = context["dag_run"]
    return f"airflow:{dag_run.dag_id}:{dag_run.run_id}"


def earlier_run_is_active(context: Mapping[str, Any]) -> bool:
    """True while a DAG run of an earlier date has not ended: dates are decided in order."""
    return any(context["ti"].get_previous_dagrun(state=state) is not None for state in ACTIVE_STATES)


def _run_type(dag_run: Any) -> str:
    """`scheduled`, `backfill`, `manual` ...: Airflow hands over an enumeration or its text."""
    return str(getattr(dag_run.run_type, "value", dag_run.run_type))
