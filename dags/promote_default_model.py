"""Promotion: a challenger that the rule calls better waits for a person, and scores once one has approved it."""

from datetime import datetime, timedelta
from typing import Any

from airflow.providers.standard.operators.hitl import ApprovalOperator
from airflow.sdk import DAG, Param, chain, task

from loudong.airflow_assets import REGISTERED
from loudong.airflow_retries import only_unreachable

# A request that nobody answers is a no: by then the next training is near.
PATIENCE = timedelta(days=6)

with DAG(
    dag_id="promote_default_model",
    schedule=[REGISTERED],
    start_date=datetime(2020, 1, 1),
    catchup=False,
    max_active_runs=1,
    default_args={"owner": "risk-modelling", "retries": 2, "retry_policy": only_unreachable()},
    dagrun_timeout=PATIENCE + timedelta(days=1),
    tags=["tier:standard"],
    doc_md=__doc__
    + """
**Starts** when a model was registered. Where the rule does not call the newest challenger better than the champion
(`loudong evaluate` says why), the run ends there.

**Asks** under *Required Actions*: approve or reject, and why. Who answered, and the reason, stand in
`ops.model_promotion`. `loudong promote` does the same from a shell, `loudong rollback` goes back.

**When it fails** the champion has changed since the challenger was compared with it, or MLflow was out of reach; the
champion goes on scoring. Train again, and the new challenger is compared with the present champion.
""",
) as dag:

    @task.short_circuit
    def find_better_challenger() -> dict[str, str] | None:
        from models.champion import better_challenger

        return better_challenger()

    @task
    def promote(challenger: dict[str, str], answer: dict[str, Any]) -> str:
        from models.champion import promote as promote_version

        return promote_version(
            challenger["version"], answer["responded_by_user"]["name"], answer["params_input"]["because"]
        )

    challenger = find_better_challenger()
    approve = ApprovalOperator(
        task_id="approve",
        subject="Let version {{ ti.xcom_pull('find_better_challenger')['version'] }} of the default model score?",
        body="{{ ti.xcom_pull('find_better_challenger')['figures'] }}",
        params={"because": Param("", type="string", title="Why", description="Kept with the decision.")},
        defaults=ApprovalOperator.REJECT,
        response_timeout=PATIENCE,
    )
    chain(challenger, approve, promote(challenger, approve.output))
