"""What one more day costs in the warehouse: dates built one after the other, as the daily run builds them."""

import time
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from statistics import median

from bench.landing import link
from bench.server import costs
from bench.statements import log_size, log_statements, passing_seconds, statements
from loudong.landing.load import load_folder
from loudong.pipeline import opening, runs, steps
from loudong.settings import Settings
from loudong.warehouse.connect import connect

DAYS = 5
# What the scripts from scratch compute as well, and the table into which it is written with everything else.
FAMILIES = ("int_transactions__", "int_repayment__")
MART = "fct_customer_features"


@dataclass(frozen=True)
class Day:
    """One date that was built: wall-clock seconds with the start of dbt, those from the beginning of the first node to
    the end of the last, and those of each node. Nodes run side by side on as many connections as dbt has threads, so
    their sum exceeds the time that passes. `statement_seconds` are the server's own for each node, `passing_seconds`
    for how long at least one statement ran."""

    as_of_date: date
    run_id: str
    seconds: float
    database_seconds: float
    node_seconds: dict[str, float]
    statement_seconds: dict[str, float]
    passing_seconds: float

    @property
    def added_seconds(self) -> float:
        return sum(self.node_seconds.values())

    def families_seconds(self, share_of_mart: float) -> float:
        """Seconds of the statements of `FAMILIES`, and `share_of_mart` of those that write the mart, added up."""
        own = sum(seconds for name, seconds in self.statement_seconds.items() if name.startswith(FAMILIES))
        return own + share_of_mart * self.statement_seconds[MART]

    def families_passing_seconds(self, share_of_mart: float) -> float:
        """Their part of the time that passes while the server works, in proportion to what was worked."""
        worked = sum(self.statement_seconds.values())
        return self.families_seconds(share_of_mart) / worked * self.passing_seconds


@dataclass(frozen=True)
class Stretch:
    """Dates built in a row over a history of so many months; `first` came before them, from scratch or after a gap.
    `server_cpu_seconds` are those of one of the `days`."""

    customers: int
    months: int
    rows: int
    first: Day
    days: list[Day] = field(default_factory=list)
    server_peak_mib: float = 0
    server_cpu_seconds: float = 0

    @property
    def seconds(self) -> float:
        return median(day.seconds for day in self.days)

    @property
    def database_seconds(self) -> float:
        return median(day.database_seconds for day in self.days)

    @property
    def added_seconds(self) -> float:
        return median(day.added_seconds for day in self.days)


def build_day(day: date, settings: Settings) -> Day:
    """Build one date with all its tests, as `loudong run` does before it scores."""
    since = log_size(settings)
    run = runs.open_run("daily", (day,), opening.record_policy())
    started = time.perf_counter()
    try:
        steps.build(run.run_id, steps.EVERYTHING)
    finally:
        seconds = time.perf_counter() - started
        runs.close_run(run.run_id, "failed", "a benchmark publishes nothing")
    with connect() as connection:
        nodes = connection.execute(
            "select node_name, started_at, seconds from ops.dbt_result where run_id = %s", (run.run_id,)
        ).fetchall()
    begun = min(started_at for _, started_at, _ in nodes)
    ended = max(started_at + timedelta(seconds=spent) for _, started_at, spent in nodes)
    found = list(statements(settings, since))
    by_node: dict[str, float] = defaultdict(float)
    for one in found:
        by_node[one.node_name] += one.seconds
    return Day(
        day,
        run.run_id,
        seconds,
        (ended - begun).total_seconds(),
        {name: float(spent) for name, _, spent in nodes},
        dict(by_node),
        passing_seconds(found),
    )


def stretches(folder: Path, work: Path, customers: int, months: list[int], settings: Settings) -> Iterator[Stretch]:
    """Load the portfolio in `folder` month by month through `work`, and build the last dates of each of `months`."""
    start = _first_day(folder)
    log_statements()
    for count in months:
        last = _months_later(start, count) - timedelta(days=1)
        link(folder, _delivered(folder, last), work)
        load_folder(work)
        with costs(settings) as first_cost:
            first = build_day(last - timedelta(days=DAYS), settings)
        with costs(settings) as cost:
            days = [build_day(last - timedelta(days=back), settings) for back in range(DAYS - 1, -1, -1)]
        peak_mib = max(first_cost.server_peak_mib, cost.server_peak_mib)
        yield Stretch(customers, count, _landed(), first, days, peak_mib, cost.server_cpu_seconds / DAYS)


def _first_day(folder: Path) -> date:
    from loudong.portfolio.settings import read_portfolio

    return read_portfolio(folder).history_start_date


def _months_later(day: date, months: int) -> date:
    index = day.year * 12 + day.month - 1 + months
    return date(index // 12, index % 12 + 1, day.day)


def _delivered(folder: Path, last: date) -> Iterator[Path]:
    """The files that were delivered until `last`."""
    return (file for file in folder.glob("*/*/*") if file.parent.name <= last.isoformat())


def _landed() -> int:
    with connect() as connection:
        row = connection.execute("select sum(row_count) from ops.watermark").fetchone()
    return int(row[0]) if row else 0
