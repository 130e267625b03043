"""Training: the panel of month-ends is built, a default model is trained on it and registered."""

from datetime import datetime, timedelta

from airflow.sdk import DAG, AssetOrTimeSchedule, CronDataIntervalTimetable, PokeReturnValue, chain, task

from loudong.airflow import WAIT_SECONDS, holder_of, training_date_of
from loudong.airflow_assets import REGISTERED, TRAINING_ASKED
from loudong.airflow_retries import only_unreachable
from loudong.pipeline.dates import TRAINING_CRON
from loudong.settings import get_settings

with DAG(
    dag_id="train_default_model",
    schedule=AssetOrTimeSchedule(
        timetable=CronDataIntervalTimetable(TRAINING_CRON, timezone=get_settings().timezone), assets=[TRAINING_ASKED]
    ),
    start_date=datetime(2020, 1, 1),
    catchup=False,
    max_active_runs=1,
    default_args={"owner": "risk-modelling", "retries": 2, "retry_policy": only_unreachable()},
    dagrun_timeout=timedelta(hours=6),
    tags=["tier:standard"],
    doc_md=__doc__
    + """
**Runs** every month, and when watching the model asked for it (`ops.training_request`).

**Learns** from outcomes known by the end of the day before its data interval ends; by hand:
`airflow dags trigger train_default_model --conf '{"as_of_date": "2026-01-31"}'`.

**Leaves** a registered version in MLflow. The first one becomes champion; later ones are challengers, compared with the
champion in `ops.model_comparison`, and `promote_default_model` asks a person about the better ones. Metrics are in
`ops.model_evaluation`.

**When it fails** the log's last line says why: usually too few defaults or too short a history to learn from. The
champion goes on scoring; nothing has to be undone. Clear the run to try again.
""",
) as dag:

    @task
    def pull_sources(**context: object) -> dict[str, int]:
        from loudong.pipeline import steps

        return steps.pull(training_date_of(context))

    @task.sensor(poke_interval=WAIT_SECONDS, timeout=3 * 3600, mode="reschedule")
    def open_panel(**context: object) -> PokeReturnValue:
        from loudong.pipeline import chain as training
        from loudong.pipeline import runs

        known_before = training.label_known_before(training_date_of(context))
        try:
            run_id = training.open_panel(known_before, holder=holder_of(context))
        except runs.RunBusyError:
            return PokeReturnValue(is_done=False)
        return PokeReturnValue(is_done=True, xcom_value=run_id)

    @task
    def build_panel(run: str) -> int:
        from loudong.pipeline import steps

        return steps.build(run, steps.EVERYTHING)

    @task
    def build_label(run: str, **context: object) -> int:
        from loudong.pipeline import chain as training
        from loudong.pipeline import steps

        return steps.build_label(run, training.label_known_before(training_date_of(context)))

    @task(outlets=[REGISTERED])
    def train(run: str, **context: object) -> str:
        from loudong.pipeline import chain as training
        from loudong.pipeline import runs, steps

        model = steps.train(run, training.label_known_before(training_date_of(context)))
        runs.close_run(run, "done")
        return f"{model.model_name} version {model.version}"

    @task
    def close_run(run: str) -> None:
        from loudong.pipeline import runs

        runs.close_run(run, "failed", "a task of the DAG run failed or was stopped")

    run_id = open_panel()
    trained = train(run_id)
    chain(pull_sources(), run_id, build_panel(run_id), build_label(run_id), trained)
    trained >> close_run(run_id).as_teardown(setups=run_id.as_setup())
