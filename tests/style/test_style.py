"""Promise of the code: ruff, mypy and sqlfluff find nothing, checking only."""

import subprocess
import sys
from pathlib import Path

import pytest

from loudong.settings import PROJECT_DIR

CHECKS = {
    "ruff": ["ruff", "check", "."],
    "format": ["ruff", "format", "--check", "."],
    "mypy": ["mypy"],
    "sqlfluff": ["sqlfluff", "lint", "--nocolor", "dbt_project"],
}


@pytest.mark.parametrize("name", CHECKS)
def test_a_checker_finds_nothing(name: str) -> None:
    program, *arguments = CHECKS[name]
    command = [str(Path(sys.executable).with_name(program)), *arguments]
    finished = subprocess.run(command, cwd=PROJECT_DIR, capture_output=True, text=True, check=False)
    assert finished.returncode == 0, (finished.stdout + finished.stderr)[-4000:]
