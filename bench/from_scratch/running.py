"""Running a script in a process of its own."""

import sys
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path

import click
import pyarrow as pa
import pyarrow.parquet as pq

KEYS = {
    "customer": ("customer_id", "valid_from_date"),
    "contract": ("customer_id", "contract_id"),
    "installment": ("customer_id", "installment_id"),
    "payment": ("customer_id", "payment_id"),
    "pause": ("customer_id", "pause_id"),
    "transaction": ("customer_id", "transaction_id"),
}
Script = Callable[[Path, date, str], pa.Table]


def run(features: Script) -> None:
    """`FOLDER DATE TIMEZONE OUT.parquet`: write the table; print the seconds without the interpreter's start and the
    peak memory of the process in MiB."""
    folder, day, timezone, out = sys.argv[1:]
    started = time.perf_counter()
    table = features(Path(folder), date.fromisoformat(day), timezone)
    seconds = time.perf_counter() - started
    pq.write_table(table, out)
    click.echo(f"{seconds:.3f} {_peak_mib():.0f}")


def _peak_mib() -> float:
    """Peak memory since the program began; what `getrusage` says may be that of the process it was forked from."""
    lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM")) / 1024
