"""The daily run: one date is pulled, built, checked, scored, decided and published."""

from datetime import datetime, timedelta

from airflow.sdk import DAG, CronDataIntervalTimetable, PokeReturnValue, chain, task
from airflow.sdk.exceptions import AirflowSkipException

from loudong.airflow import WAIT_SECONDS, as_of_date_of, earlier_run_is_active, holder_of
from loudong.airflow_assets import PUBLISHED, TRAINING_ASKED
from loudong.airflow_retries import only_unreachable
from loudong.pipeline.dates import DAILY_CRON
from loudong.settings import get_settings

TIMEZONE = get_settings().timezone

with DAG(
    dag_id="risk_daily",
    schedule=CronDataIntervalTimetable(DAILY_CRON, timezone=TIMEZONE),
    start_date=datetime(2020, 1, 1),
    catchup=False,
    max_active_runs=1,
    default_args={"owner": "risk-data", "retries": 2, "retry_policy": only_unreachable()},
    dagrun_timeout=timedelta(hours=4),
    tags=["tier:critical"],
    doc_md=__doc__
    + """
**Describes** the business date on which its data interval starts; by hand:
`airflow dags trigger risk_daily --conf '{"as_of_date": "2026-01-31"}'`; the past:
`airflow backfill create --dag-id risk_daily --from-date ... --to-date ...` (give the time zone).

**When it fails** read the failed task's log: the last line says what and where. A failed gate leaves the standing
publication as it was; its checks are in `ops.quality_result`. After mending the data, clear the failed run or
trigger the date again; a run that died is simply run again. A day without deliveries is skipped.
""",
) as dag:

    @task.sensor(poke_interval=WAIT_SECONDS, timeout=3 * 3600, mode="reschedule")
    def wait_for_turn(**context: object) -> bool:
        return not earlier_run_is_active(context)

    @task
    def pull_sources(**context: object) -> dict[str, int]:
        from loudong.pipeline import steps

        return steps.pull(as_of_date_of(context))

    @task.sensor(poke_interval=WAIT_SECONDS, timeout=3 * 3600, mode="reschedule")
    def open_run(**context: object) -> PokeReturnValue:
        from loudong.pipeline import opening, runs

        try:
            run_id = opening.open_daily(as_of_date_of(context), holder=holder_of(context))
        except runs.RunBusyError:
            return PokeReturnValue(is_done=False)
        except opening.NothingDeliveredError as nothing:
            raise AirflowSkipException(str(nothing)) from nothing
        return PokeReturnValue(is_done=True, xcom_value=run_id)

    @task
    def step(run: str, name: str, *arguments: str) -> object:
        from loudong.pipeline import steps

        return getattr(steps, name)(run, *arguments)

    @task(outlets=[TRAINING_ASKED])
    def ask_for_training(run: str) -> None:
        from loudong.pipeline import steps

        if not steps.training_is_asked(run):
            raise AirflowSkipException("the model needs no other training than the regular one")

    @task(outlets=[PUBLISHED])
    def publish(run: str) -> str:
        from loudong.pipeline import steps

        return steps.publish(run)

    @task
    def tell(**context: object) -> str:
        from loudong.pipeline import steps

        return str(steps.tell(as_of_date_of(context)))

    @task
    def close_run(run: str) -> None:
        from loudong.pipeline import runs

        runs.close_run(run, "failed", "a task of the DAG run failed or was stopped")

    run_id = open_run()
    gates = {
        name: step.override(task_id=f"gate_{name}")(run_id, "gate", name) for name in ("landing", "marts", "scores")
    }
    layers = [
        step.override(task_id=f"build_{name}")(run_id, "build", name)
        for name in ("staging", "intermediate", "marts", "features")
    ]
    score, decide, watch = (step.override(task_id=name)(run_id, name) for name in ("score", "decide", "watch"))
    reporting = step.override(task_id="build_reporting")(run_id, "build_reporting")
    told = tell()
    chain(wait_for_turn(), pull_sources(), run_id, gates["landing"], *layers, gates["marts"], score, gates["scores"])
    chain(gates["scores"], [decide, watch], reporting, publish(run_id), told)
    watch >> ask_for_training(run_id)
    # A teardown runs however the tasks before it ended, and does not decide the state of the DAG run.
    told >> close_run(run_id).as_teardown(setups=run_id.as_setup())
