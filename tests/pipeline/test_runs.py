"""One run builds at a time, every run and step leaves rows, and a run that died does not block the next."""

import time
from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest

from loudong.errors import LoudongError
from loudong.pipeline import liveness, runs
from loudong.settings import Settings
from loudong.warehouse.connect import connect

DAY = (date(2026, 1, 31),)
SETTINGS = (
    '{"name": "test", "title": "Test", "currency": "CNY", "timezone": "Asia/Shanghai", "horizon_days": 180, '
    '"history_start_date": "2025-01-01", "history_end_date": "2026-01-31"}'
)


@pytest.fixture(autouse=True)
def portfolio(warehouse: Settings) -> None:
    with connect() as connection:
        connection.execute(
            "insert into landing.portfolio (name, content_hash, settings) values ('test', 'x', %s) "
            "on conflict do nothing",
            (SETTINGS,),
        )
        connection.execute("update ops.run set state = 'failed', ended_at = now() where state = 'running'")


def _state(run_id: str) -> tuple[str, str | None]:
    with connect() as connection:
        row = connection.execute("select state, reason from ops.run where run_id = %s", (run_id,)).fetchone()
    assert row is not None
    return row[0], row[1]


def test_a_second_run_is_refused_while_one_builds_and_told_who_holds_it() -> None:
    first = runs.open_run("daily", DAY)
    with pytest.raises(runs.RunBusyError, match=first.run_id):
        runs.open_run("daily", DAY, holder="airflow:risk_daily:other")


def test_a_retried_task_gets_the_run_it_had() -> None:
    holder = "airflow:risk_daily:scheduled__2026-01-31"
    assert runs.open_run("daily", DAY, holder=holder).run_id == runs.open_run("daily", DAY, holder=holder).run_id


def test_the_run_of_a_dead_process_is_closed_by_the_next_one() -> None:
    import socket

    dead = runs.open_run("daily", DAY, holder=f"cli:{socket.gethostname()}:{2**22 + 1}@1")
    following = runs.open_run("daily", DAY)
    assert following.run_id != dead.run_id
    state, reason = _state(dead.run_id)
    assert state == "failed"
    assert reason is not None
    assert "died" in reason


def test_a_process_that_got_the_id_of_a_dead_one_does_not_hold_its_run() -> None:
    import os
    import socket

    dead = runs.open_run("daily", DAY, holder=f"cli:{socket.gethostname()}:{os.getppid()}@1")
    runs.open_run("daily", DAY)
    assert _state(dead.run_id)[0] == "failed"


def test_a_long_step_gives_signs_while_it_works(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(liveness, "BEAT_SECONDS", 0.05)
    run = runs.open_run("daily", DAY)
    with runs.step(run.run_id, "slow"):
        first = _heartbeat(run.run_id)
        deadline = time.monotonic() + 10
        while _heartbeat(run.run_id) == first and time.monotonic() < deadline:
            time.sleep(0.05)
        assert _heartbeat(run.run_id) > first


def _heartbeat(run_id: str) -> datetime:
    with connect() as connection:
        row = connection.execute("select heartbeat_at from ops.run where run_id = %s", (run_id,)).fetchone()
    assert row is not None
    return row[0]


def test_a_run_waits_for_a_load_and_says_so() -> None:
    with connect(autocommit=True) as loading:
        loading.execute("select pg_advisory_lock(%s)", (runs.LOAD_LOCK_KEY,))
        with pytest.raises(runs.RunBusyError, match="being loaded"):
            runs.open_run("daily", DAY)
    assert runs.open_run("daily", DAY).run_id


def test_a_run_without_a_sign_for_longer_than_the_lease_is_taken_over() -> None:
    silent = runs.open_run("daily", DAY, holder="airflow:risk_daily:gone")
    with connect() as connection:
        connection.execute("update ops.run set heartbeat_at = now() - interval '61 minutes'")
    runs.open_run("daily", DAY)
    assert _state(silent.run_id)[0] == "failed"


def test_an_ended_run_keeps_its_end_and_cannot_be_loaded() -> None:
    run = runs.open_run("daily", DAY)
    runs.close_run(run.run_id, "published")
    runs.close_run(run.run_id, "failed", "too late")
    assert _state(run.run_id) == ("published", None)
    with pytest.raises(LoudongError, match="has ended"):
        runs.load_run(run.run_id)


def test_a_failed_step_is_recorded_with_its_error_and_raised_on() -> None:
    run = runs.open_run("daily", DAY)

    def fail() -> None:
        with runs.step(run.run_id, "score") as report:
            report.row_count = 3
            raise ValueError("no such thing")

    with pytest.raises(ValueError, match="no such thing"):
        fail()
    with connect() as connection:
        row = connection.execute(
            "select state, row_count, detail ->> 'error' from ops.run_step where run_id = %s", (run.run_id,)
        ).fetchone()
    assert row == ("failed", 3, "no such thing")


def test_a_date_ends_at_midnight_in_the_zone_of_the_portfolio() -> None:
    assert runs.cutoff(date(2026, 1, 31), "Asia/Shanghai") == datetime(2026, 2, 1, tzinfo=ZoneInfo("Asia/Shanghai"))
