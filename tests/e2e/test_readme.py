"""Promise of the README: every command in it works as it stands there."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from bench.ports import free_ports
from loudong.settings import PROJECT_DIR

PORTS = ("LOUDONG_WAREHOUSE_PORT", "LOUDONG_AIRFLOW_PORT", "LOUDONG_MLFLOW_PORT")
# What the commands of each block begin with. The main job, the stack's status and `make test` are run elsewhere: by
# test_scheduler.py as `loudong demo`, and by whoever runs this.
BLOCKS = (
    ("make run",),
    ("make run", ".venv/bin/loudong status", ".venv/bin/loudong url", "make stop"),
    (
        "export LOUDONG_WAREHOUSE_DATABASE=mine",
        ".venv/bin/loudong portfolio generate",
        ".venv/bin/loudong load my-landing",
        ".venv/bin/loudong quarantine list",
        ".venv/bin/loudong run --as-of",
        ".venv/bin/loudong evaluate",
        ".venv/bin/loudong status",
    ),
    (".venv/bin/loudong backup", ".venv/bin/loudong restore", "make stop", "unset LOUDONG_WAREHOUSE_DATABASE"),
    ("make help", "make test"),
)
OWN_DATA = (2, 3)


def _blocks() -> list[str]:
    return re.findall(r"```sh\n(.*?)```", (PROJECT_DIR / "README.md").read_text(encoding="utf-8"), re.S)


@pytest.fixture
def checkout(tmp_path: Path, state_dir: Path) -> Iterator[tuple[Path, dict[str, str]]]:
    """A folder with what a checkout offers after `make setup`, and an environment with a state and ports of its own."""
    (tmp_path / ".venv").symlink_to(Path(sys.executable).parent.parent)
    (tmp_path / "Makefile").symlink_to(PROJECT_DIR / "Makefile")
    ports = map(str, free_ports(len(PORTS)))
    own = {"LOUDONG_STATE_DIR": str(state_dir / "readme"), **dict(zip(PORTS, ports, strict=True))}
    kept = {name: value for name, value in os.environ.items() if not name.startswith("LOUDONG_")}
    environment = kept | own
    yield tmp_path, environment
    subprocess.run([tmp_path / ".venv/bin/loudong", "stop"], env=environment, check=True, capture_output=True)


def test_the_commands_of_the_readme_are_the_known_ones() -> None:
    blocks = [block.strip().splitlines() for block in _blocks()]
    assert len(blocks) == len(BLOCKS)
    for lines, starts in zip(blocks, BLOCKS, strict=True):
        assert len(lines) == len(starts)
        assert [line for line, start in zip(lines, starts, strict=True) if not line.startswith(start)] == []


def test_own_data_are_loaded_published_saved_and_brought_back(checkout: tuple[Path, dict[str, str]]) -> None:
    folder, environment = checkout
    script = "\n".join(_blocks()[number] for number in OWN_DATA)
    finished = subprocess.run(
        ["bash", "-exc", script], cwd=folder, env=environment, capture_output=True, text=True, check=False, timeout=900
    )
    assert finished.returncode == 0, finished.stdout[-3000:] + finished.stderr[-3000:]
    for part in ("rows", "quarantined", "2026-01-31: published", "out_of_time", "bytes written", "ended postgres"):
        assert part in finished.stdout
    assert (folder / "mine.dump").stat().st_mode & 0o077 == 0


def test_make_help_lists_every_target_of_the_readme() -> None:
    said = subprocess.run(["make", "help"], cwd=PROJECT_DIR, capture_output=True, text=True, check=True).stdout
    for target in ("run", "test", "stop", "help", "setup", "docs"):
        assert f"make {target}" in said
