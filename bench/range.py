"""A range of dates in one start of `loudong run` beside a start for each date."""

from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from bench.program import loudong
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
    loudong("train", "--as-of", first - timedelta(days=1))
    loudong("run", "--as-of", first - timedelta(days=1))  # the state from which both go on
    apart = sum(loudong("run", "--as-of", first + timedelta(days=number)) for number in range(days))
    together = loudong("run", "--from", first + timedelta(days=days), "--as-of", last)
    return RangeMeasure(customers, days, together, apart)
