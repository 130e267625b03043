"""Which failures of a task are tried again: only those that time can mend."""

from datetime import timedelta

from airflow.sdk import ExceptionRetryPolicy, RetryAction, RetryRule


def only_unreachable() -> ExceptionRetryPolicy:
    """Retry when the warehouse or MLflow did not answer or broke off; fail at once on any other error."""
    return ExceptionRetryPolicy(
        rules=[
            RetryRule(
                exception=["loudong.errors.WarehouseUnreachableError", "loudong.errors.MlflowUnreachableError"],
                action=RetryAction.RETRY,
                retry_delay=timedelta(seconds=30),
                reason="the warehouse or MLflow did not answer",
            ),
        ],
        default=RetryAction.FAIL,
    )
