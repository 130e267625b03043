"""After publication: what late corrections did to tiers, and what settling would do for those who owe."""

import logging
from collections.abc import Callable
from datetime import datetime, timedelta

from airflow.sdk import DAG, PokeReturnValue, task

from loudong.airflow import WAIT_SECONDS, explained_date_of
from loudong.airflow_assets import PUBLISHED
from loudong.airflow_retries import only_unreachable

logger = logging.getLogger(__name__)


def when_free(work: Callable[[], object]) -> PokeReturnValue:
    """Do the work, unless a run or a load is at work: then it is tried again."""
    from loudong.pipeline import runs

    try:
        return PokeReturnValue(is_done=True, xcom_value=str(work()))
    except runs.RunBusyError:
        return PokeReturnValue(is_done=False)


with DAG(
    dag_id="explain_published",
    schedule=[PUBLISHED],
    start_date=datetime(2020, 1, 1),
    catchup=False,
    max_active_runs=1,
    default_args={"owner": "risk-data", "retries": 2, "retry_policy": only_unreachable()},
    dagrun_timeout=timedelta(hours=6),
    tags=["tier:standard"],
    doc_md=__doc__
    + """
**Starts** when a date was published, and explains the newest published one; another by hand:
`airflow dags trigger explain_published --conf '{"as_of_date": "2026-01-31"}'`.

**Takes** a build of the date from scratch for each of the two, apart from all that is published; loads and runs are
held off meanwhile, and it waits for those at work. No build where nothing came late, nobody owes, or the answers stand.

**Leaves** the parts of `risk.tier_move` told apart, and `risk.counterfactual`.

**When it fails** nothing that is published suffers: a move goes on saying that late corrections are not known. Clear
the run once the reason in the log's last line is mended.
""",
) as dag:

    @task.sensor(poke_interval=WAIT_SECONDS, timeout=5 * 3600, mode="reschedule")
    def tell_late_corrections(**context: object) -> PokeReturnValue:
        from loudong.comparison.corrections import tell_late_corrections as tell

        return when_free(lambda: tell(explained_date_of(context), logger.info))

    @task.sensor(poke_interval=WAIT_SECONDS, timeout=5 * 3600, mode="reschedule")
    def settle(**context: object) -> PokeReturnValue:
        from loudong.counterfactual.settle import settle as find

        return when_free(lambda: find(explained_date_of(context), logger.info, renew=False))

    tell_late_corrections() >> settle()
