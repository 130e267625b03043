"""A seeded, realistic portfolio of any size, as landing files, with the truth about it beside them."""

import json
import shutil
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from multiprocessing import get_context
from pathlib import Path

from loudong.errors import LoudongError
from loudong.portfolio.generator import parameters as p
from loudong.portfolio.generator.block import BlockResult, make_block, write_shared
from loudong.portfolio.generator.calendar import as_date, calendar_until
from loudong.portfolio.generator.rates import BOUNDS, Tally, rates
from loudong.portfolio.generator.truth import Truth
from loudong.portfolio.generator.world import make_world
from loudong.portfolio.settings import PortfolioSettings, write_portfolio

TRUTH_SUFFIX = "-truth"
PARTIAL_SUFFIX = ".partial"
WORKERS = 2


@dataclass
class GenerationReport:
    """What was generated: rows per entity, dirty rows by kind, and the rates of the book with their bounds."""

    rows: dict[str, int] = field(default_factory=dict)
    dirty: dict[str, int] = field(default_factory=dict)
    rates: dict[str, float] = field(default_factory=dict)

    def lines(self) -> list[str]:
        """The report as text."""
        text = [f"{name:<22}{count:>12,} rows" for name, count in self.rows.items()]
        text += [f"dirty: {kind:<15}{count:>12,} rows" for kind, count in sorted(self.dirty.items())]
        for name, value in self.rates.items():
            low, high = BOUNDS[name]
            text.append(f"{name:<38}{value:>7.3f}   real books: {low:.2f} to {high:.2f}")
        return text


def generate(
    customers: int,
    months: int,
    seed: int,
    end: date,
    out: Path,
    dirty: bool = True,
    daily_days: int = 31,
    on_progress: Callable[[str], None] | None = None,
    truth_sample: int = p.TRUTH_SAMPLE,
) -> GenerationReport:
    """Write a portfolio of `customers` over `months` until `end` into `out`, and the truth of `truth_sample`
    customer-month-ends into `<out>-truth`.

    Same arguments, same bytes; the history is the same whatever the sample. Customers are made in blocks, each from a
    random stream of its own, so memory does not grow with their number. `out` appears when it is complete. A
    LoudongError when it holds anything.
    """
    if out.exists() and any(out.iterdir()):
        raise LoudongError(f"{out} is not empty; name a new folder")
    part = out.with_name(out.name + PARTIAL_SUFFIX)
    shutil.rmtree(part, ignore_errors=True)
    part.mkdir(parents=True)
    calendar = calendar_until(end, months)
    write_portfolio(part, _settings(as_date(calendar.first_day), end))
    world = make_world(customers, months, calendar.first_day, seed)
    firsts = range(0, customers, p.BLOCK_CUSTOMERS)
    wanted = -(-truth_sample // len(firsts))
    jobs = [
        (world, calendar, first, min(p.BLOCK_CUSTOMERS, customers - first), seed, part, dirty, daily_days, wanted)
        for first in firsts
    ]
    report = GenerationReport(rows=write_shared(world, calendar, part, daily_days, seed, dirty))
    tally = Tally.empty()
    truths: list[Truth] = []
    with get_context("spawn").Pool(min(WORKERS, len(jobs))) if len(jobs) > 1 else _Here() as pool:
        for done, result in enumerate(pool.imap(make_block, jobs), start=1):
            _take_in(report, tally, truths, result)
            if on_progress:
                on_progress(f"generated {min(done * p.BLOCK_CUSTOMERS, customers):,} of {customers:,} customers")
    report.rates = rates(tally)
    _write_truth(out, truths, report)
    if out.exists():
        out.rmdir()
    part.rename(out)
    return report


class _Here:
    """Stands in for a pool where one block is all there is."""

    def __enter__(self) -> "_Here":
        return self

    def __exit__(self, *error: object) -> None:
        return None

    imap = staticmethod(map)


def _settings(first: date, end: date) -> PortfolioSettings:
    return PortfolioSettings(
        name="generated",
        title="Generated portfolio of tenants, occupants and borrowers",
        currency="CNY",
        timezone="Asia/Shanghai",
        horizon_days=p.HORIZON_DAYS,
        default_dpd_days=p.DEFAULT_DPD_DAYS,
        history_start_date=first,
        history_end_date=end,
    )


def _take_in(report: GenerationReport, tally: Tally, truths: list[Truth], result: BlockResult) -> None:
    for name, counts in result.counts.items():
        report.rows[name] = report.rows.get(name, 0) + counts["rows"]
        tally.add("rows", counts["rows"])
        tally.add("rows_late", counts["late"])
        for kind in p.DIRTY_KINDS:
            if kind in counts:
                report.dirty[kind] = report.dirty.get(kind, 0) + counts[kind]
    tally.merge(result.tally)
    truths.append(result.truth)


def _write_truth(out: Path, truths: list[Truth], report: GenerationReport) -> None:
    import numpy as np
    import pyarrow as pa
    import pyarrow.parquet

    folder = out.with_name(out.name + TRUTH_SUFFIX)
    folder.mkdir(parents=True, exist_ok=True)
    label = np.concatenate([truth.label for truth in truths])
    table = pa.table(
        {
            "customer_id": np.concatenate([np.char.mod("C%07d", truth.customer) for truth in truths]),
            "as_of_date": np.concatenate([truth.day for truth in truths]).astype("datetime64[D]"),
            "probability": np.concatenate([truth.probability for truth in truths]),
            "continuations": np.full(len(label), p.CONTINUATIONS),
            "label": pa.array(np.nan_to_num(label).astype(int), mask=np.isnan(label)),
            "dpd_days": np.concatenate([truth.dpd_days for truth in truths]),
        }
    )
    pyarrow.parquet.write_table(table, folder / "truth.parquet")
    (folder / "dirty.json").write_text(json.dumps(report.dirty, indent=1, sort_keys=True) + "\n")
    (folder / "rates.json").write_text(json.dumps(report.rates, indent=1) + "\n")
