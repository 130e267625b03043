"""The scripts from scratch beside the mart: each in a process of its own, on the same rows, saying the same."""

import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pyarrow.parquet as pq

from bench.day import Day
from bench.from_scratch.agree import differences
from bench.from_scratch.export import export
from loudong.settings import PROJECT_DIR

SCRIPTS = ("duckdb", "polars", "pandas")


@dataclass(frozen=True)
class Script:
    """What a script took, in seconds without the interpreter's start, and of which columns it said the same."""

    name: str
    seconds: float
    peak_mib: float
    columns: list[str]


def compare(day: Day, timezone: str, work: Path) -> list[Script]:
    """Run the scripts for the date of `day`. Raises ValueError where one does not say what the mart says."""
    folder = work / "parquet"
    folder.mkdir()
    export(folder)
    return [_run(name, folder, day, timezone, work / f"{name}.parquet") for name in SCRIPTS]


def _run(name: str, folder: Path, day: Day, timezone: str, out: Path) -> Script:
    done = subprocess.run(
        [
            *(sys.executable, "-m", f"bench.from_scratch.{name}_script"),
            *(str(folder), day.as_of_date.isoformat(), timezone, str(out)),
        ],
        cwd=PROJECT_DIR,
        check=True,
        capture_output=True,
        text=True,
    )
    seconds, peak_mib = (float(text) for text in done.stdout.split())
    table = pq.read_table(out)
    found = differences(table, day.run_id, day.as_of_date)
    if found:
        raise ValueError(f"the {name} script differs from the mart: {found[:5]}")
    return Script(name, seconds, peak_mib, [name for name in table.column_names if name != "customer_id"])
