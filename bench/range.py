"""A range of dates in one start of `loudong run` beside a start for each date."""

import subprocess
import sys
import time
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from loudong.landing.load import load_folder
from loudong.portfolio.generator import generate
from loudong.settings import Settings

MONTHS, SEED = 24, 1


@dataclass(frozen=True)
class RangeMeasure:
    """Seconds for `days` dates of the same portfolio: in one start, and in a start each."""

    customers: int
    days: int
    together: float
    apart: float

    @property
    def ratio(self) -> float:
        return self.together / self.apart


def measure(work: Path, customers: int, days: int, last: date, settings: Settings) -> RangeMeasure:
    """Publish `days` dates twice over: half-way back one by one, then as many after them in one start."""
    book = work / "book"
    generate(customers, MONTHS, SEED, last, book)
    load_folder(book)
    first = last - timedelta(days=2 * days - 1)
    _loudong("train", "--as-of", first - timedelta(days=1))
    _loudong("run", "--as-of", first - timedelta(days=1))  # the state from which both go on
    apart = sum(_loudong("run", "--as-of", first + timedelta(days=number)) for number in range(days))
    together = _loudong("run", "--from", first + timedelta(days=days), "--as-of", last)
    return RangeMeasure(customers, days, together, apart)


def _loudong(*arguments: object) -> float:
    started = time.perf_counter()
    program = Path(sys.executable).with_name("loudong")
    subprocess.run([program, *map(str, arguments)], check=True, capture_output=True)
    return time.perf_counter() - started
