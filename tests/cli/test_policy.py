"""Promises of `loudong policy`: a broken row is refused by file, row and column before anything is read or written."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from risk_world import copy_policy
from second_machine import Machine, second_machine

AWAY = "postgresql://loudong_pipeline:hush@127.0.0.1:9/risk"
OVERLAP = {"tier_cutoff": ("medium,0.02,", "medium,0.01,")}
DATES = ("--from", "2025-03-01", "--to", "2025-06-01")
REFUSED = "tier_cutoff.csv, row 3, column min_pd: overlap: pd 0.01 to 0.02 belongs to the tier below too"


@pytest.fixture(scope="module")
def machine() -> Iterator[Machine]:
    """An installation on which nothing runs: its warehouse is away."""
    with second_machine() as made:
        yield made


def test_a_policy_that_holds_is_told_in_one_line_per_table(machine: Machine) -> None:
    told = machine.loudong("policy", "check")
    assert told.returncode == 0
    lines = told.stdout.splitlines()
    assert lines[0].endswith("holds: no gap, overlap, unknown indicator or unreachable row")
    assert "  tier_cutoff.csv            3 rows: low from pd 0; medium from pd 0.02; high from pd 0.08" in lines


def test_every_fault_is_named_by_file_row_and_column(machine: Machine, tmp_path: Path) -> None:
    row = "r{0},1,customer,repayment,level,no_such_{0},>,1,minor,0,,building_manager,7,30,30,30,a,甲,w,因,r,措\n"
    rows = "".join(row.format(number) for number in range(30))
    folder = copy_policy(tmp_path, alert_rule=("in_default,1,", f"{rows}in_default,1,"), **OVERLAP)
    told = machine.loudong("policy", "check", str(folder))
    assert told.returncode == 1
    assert REFUSED in told.stderr
    for number in range(30):
        assert (
            f"alert_rule.csv, row {number + 5}, column indicator: unknown indicator 'no_such_{number}'" in told.stderr
        )


@pytest.mark.parametrize(
    "command",
    [
        ("policy", "try", "{}", *DATES),
        ("policy", "publish", "{}", "--by", "Li Lei", "--because", "better"),
        ("run", "--policy", "{}", "--as-of", "2025-03-01"),
        ("train", "--as-of", "2025-03-01"),
    ],
    ids=["try", "publish", "run", "train"],
)
def test_a_broken_row_is_refused_before_the_warehouse_is_asked(
    machine: Machine, tmp_path: Path, command: tuple[str, ...]
) -> None:
    broken = copy_policy(tmp_path, **OVERLAP)
    arguments = [part.format(broken) for part in command]
    told = machine.loudong(*arguments, LOUDONG_WAREHOUSE_URL=AWAY, LOUDONG_POLICY_DIR=str(broken))
    assert told.returncode == 1
    assert REFUSED in told.stderr
    assert "cannot be reached" not in told.stderr


def test_a_folder_that_is_none_is_refused(machine: Machine) -> None:
    for command in (("check", "away"), ("try", "away", *DATES), ("publish", "away", "--by", "a", "--because", "b")):
        told = machine.loudong("policy", *command)
        assert told.returncode == 1
        assert told.stderr.strip() == "loudong: away is not a folder of policy tables"
