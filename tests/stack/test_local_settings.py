"""Promises of Airflow's start: what tasks need is imported where they are forked from, and nowhere else."""

import os
import subprocess
import sys

import pytest

from loudong.settings import PROJECT_DIR

SAY_WHAT_IS_IMPORTED = """
import sys
sys.argv = ["airflow", *sys.argv[1:]]
import airflow_local_settings
print([name for name in airflow_local_settings.LIBRARIES if name in sys.modules])
"""


def imported(*command: str) -> str:
    """What is imported once Airflow has read its local settings at the start of `airflow COMMAND`."""
    return subprocess.run(
        [sys.executable, "-c", SAY_WHAT_IS_IMPORTED, *command],
        env=os.environ | {"PYTHONPATH": str(PROJECT_DIR / "plugins")},
        capture_output=True,
        text=True,
        check=True,
    ).stdout.strip()


def test_the_scheduler_has_what_its_tasks_need() -> None:
    said = imported("scheduler", "--skip-serve-logs")
    for library in ("dbt.cli.main", "great_expectations", "lightgbm", "mlflow"):
        assert f"'{library}'" in said


@pytest.mark.parametrize("command", [("dag-processor",), ("backfill", "create"), ()])
def test_other_commands_start_without_it(command: tuple[str, ...]) -> None:
    assert imported(*command) == "[]"
