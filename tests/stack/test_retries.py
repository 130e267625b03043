"""Promise of the DAGs: a task is tried again when time can mend what happened, and at no other time."""

import pytest
from airflow.sdk import RetryAction
from risk_world import PORTFOLIO

from loudong.airflow_retries import only_unreachable
from loudong.errors import GateFailedError, LoudongError, MlflowUnreachableError, WarehouseUnreachableError
from loudong.settings import Settings, get_settings
from loudong.warehouse.connect import connect
from models import registry


def _decided(error: BaseException) -> RetryAction:
    return only_unreachable().evaluate(error, 1, 3).action


def test_what_is_away_is_tried_again_and_what_failed_is_not() -> None:
    for error in (WarehouseUnreachableError("away"), MlflowUnreachableError("away")):
        assert _decided(error) == RetryAction.RETRY
    for error in (LoudongError("wrong"), GateFailedError("bad rows"), ValueError("a slip")):
        assert _decided(error) == RetryAction.FAIL


def test_the_errors_of_a_real_warehouse_and_mlflow_that_are_away_are_tried_again(
    warehouse: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    away = Settings(warehouse_url="postgresql://loudong_pipeline:x@127.0.0.1:9/x")
    with pytest.raises(LoudongError) as caught, connect("pipeline", away):
        pass
    assert _decided(caught.value) == RetryAction.RETRY
    with connect() as connection:
        connection.execute(
            "insert into landing.portfolio (name, content_hash, settings) values ('x', 'x', %s)",
            (PORTFOLIO.model_dump_json(),),
        )
    monkeypatch.setenv("LOUDONG_MLFLOW_TRACKING_URI", "http://127.0.0.1:9")
    monkeypatch.setenv("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "0")
    get_settings.cache_clear()
    try:
        with pytest.raises(LoudongError) as caught:
            registry.load_champion()
    finally:
        monkeypatch.undo()
        get_settings.cache_clear()
    assert _decided(caught.value) == RetryAction.RETRY
