"""The page of benchmarks, piece by piece."""

import os
import platform
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import psutil

from bench.dag_run import DagRunMeasure
from bench.day import DAYS, Day, Stretch
from bench.decide import DecideMeasure
from bench.load import LoadMeasure
from bench.range import RangeMeasure
from bench.scripts import Script
from bench.views import Answer

HEADINGS = {
    "load": "Loading",
    "day": "One more day",
    "range": "A range of dates",
    "dag-run": "A DAG run",
}
TITLE = "# Benchmarks\n\nWritten by `make bench`; what is compared was measured side by side in one run.\n"


def heading(part: str) -> str:
    """The heading of a part, and what measured it."""
    memory = psutil.virtual_memory().total / 2**30
    machine = f"{os.cpu_count()} cores, {memory:.0f} GiB, {platform.system()} {platform.machine()}"
    return f"## {HEADINGS[part]}\n\nMeasured on {machine}, {date.today()}.\n"


def write(page: Path, part: str, text: str) -> None:
    """Put a part into the page, in the place of what stood there; the other parts stay."""
    standing = page.read_text(encoding="utf-8") if page.exists() else ""
    found = {section.partition("\n")[0]: section for section in standing.split("\n## ")[1:]}
    found[HEADINGS[part]] = text.removeprefix("## ")
    parts = [f"## {found[name].rstrip()}\n" for name in HEADINGS.values() if name in found]
    page.write_text("\n".join([TITLE, *parts]), encoding="utf-8")


def load_lines(load: LoadMeasure, share: float) -> Iterator[str]:
    """Loading beside raw COPY."""
    yield f"{share:.0%} of the files, into tables with their indexes, over as many connections.\n\n```"
    yield from load.lines()
    yield "```\n"


def day_lines(by_months: list[Stretch], fewer: Stretch) -> Iterator[str]:
    """One more day, by length of history and by number of customers."""
    yield f"Median of {DAYS} days in a row, every row written and dbt's tests included. `in the"
    yield "warehouse` passes from the start of the first node to the end of the last; `nodes` adds up what every node"
    yield "took, on two connections side by side; `CPU` is what all server processes used. Starting dbt is what `wall`"
    yield "has on top. Time drifts with the machine and with what its disk has at hand, CPU less so.\n"
    yield (
        "| customers | months | rows | first day, wall s | one more day, wall s | in the warehouse, s | nodes, s "
        "| CPU, s | one server process, MiB |\n|---|---|---|---|---|---|---|---|---|"
    )
    for one in (*by_months, fewer):
        yield (
            f"| {one.customers:,} | {one.months} | {one.rows:,} | {one.first.seconds:.1f} | {one.seconds:.1f} "
            f"| {one.database_seconds:.1f} | {one.added_seconds:.1f} | {one.server_cpu_seconds:.1f} "
            f"| {one.server_peak_mib:,.0f} |"
        )
    short, long = by_months[0], by_months[-1]
    yield f"\n{long.months} months cost {long.added_seconds / short.added_seconds:.2f} times as much as"
    yield f"{short.months} ({long.server_cpu_seconds / short.server_cpu_seconds:.2f} times the CPU),"
    yield f"{long.customers:,} customers {long.added_seconds / fewer.added_seconds:.2f} times as much as"
    yield f"{fewer.customers:,} (nodes added up).\n"


def script_lines(day: Day, scripts: list[Script], bare_seconds: float, mart_columns: int) -> Iterator[str]:
    """The families that the scripts make from scratch as well."""
    columns = len(scripts[0].columns)
    share = columns / mart_columns
    yield f"The {columns} columns of transactions and repayment that scripts make from scratch, Parquet to Parquet,"
    yield "on two threads; all agree with the mart. Of writing the mart, these columns bear their part. Bare writing is"
    yield "what no SQL over tables can save: the day's rows of these families copied, nothing worked out.\n"
    yield "| | seconds | MiB |\n|---|---|---|"
    yield f"| one more day: statements of these families, added up | {day.families_seconds(share):.1f} | |"
    yield (
        "| the same as time that passes, on two connections: their part of the day "
        f"| {day.families_passing_seconds(share):.1f} | |"
    )
    yield f"| writing the same rows bare | {bare_seconds:.1f} | |"
    for script in scripts:
        yield f"| {script.name} from scratch | {script.seconds:.1f} | {script.peak_mib:,.0f} |"


def decide_lines(found: DecideMeasure, answers: list[Answer]) -> Iterator[str]:
    """What deciding costs, and asking about what was published."""
    yield f"\nDeciding the tiers of {found.customers:,} customers, features and pd at hand: {found.seconds:.1f} s."
    yield f"Publishing them, with every alert, action and task of a first day: {found.publish_seconds:.1f} s."
    slowest = max(answers, key=lambda answer: answer.seconds)
    yield (
        f"Each of the {len(answers)} views then answers the example question of its description in a new session; the "
        f"slowest, `bi.{slowest.view}`, in {slowest.seconds:.2f} s.\n"
    )
    yield "| view | rows | seconds |\n|---|---|---|"
    for answer in answers:
        yield f"| `bi.{answer.view}` | {answer.rows:,} | {answer.seconds:.2f} |"


def range_lines(found: RangeMeasure) -> Iterator[str]:
    """A range in one start beside single starts."""
    yield f"{found.days} dates of {found.customers:,} customers, scored and published:"
    yield f"{found.together:.1f} s in one start, {found.apart:.1f} s in a start each; ratio {found.ratio:.2f}."


def dag_run_lines(found: DagRunMeasure) -> Iterator[str]:
    """What Airflow adds to the work."""
    yield f"risk_daily of {found.customers:,} customers: {found.seconds:.1f} s for {found.tasks}"
    yield f"tasks, of which {found.step_seconds:.1f} s are steps of the run. {found.overhead:.0%} is not work: the"
    yield "scheduler, and starting Python for every task."
