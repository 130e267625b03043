"""A generated portfolio with dirty rows that was loaded, learned from and published for two dates."""

import shutil
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from landing.delivering import ask

from loudong.landing.load import LoadSummary, load_folder
from loudong.pipeline import chain
from loudong.portfolio.generator import GenerationReport, generate

END, MONTH_END_BEFORE = date(2026, 1, 31), date(2025, 12, 31)


@dataclass(frozen=True)
class Book:
    """Where the portfolio lies, what generating and loading it said, and the run of its panel."""

    landing: Path
    truth: Path
    report: GenerationReport
    loaded: LoadSummary
    panel_run_id: str

    def copied(self, folder: Path) -> "Book":
        """The same book, its landing files in a folder that may be added to."""
        shutil.copytree(self.landing, folder)
        return replace(self, landing=folder)


def quiet(_: str) -> None:
    """Says nothing of the progress."""


def learn(landing: Path) -> Book:
    """Make the book in `landing` and in the warehouse of the settings."""
    report = generate(500, 24, 11, END, landing)
    loaded = load_folder(landing)
    chain.train(END, None, quiet)
    ((panel,),) = ask("select run_id from ops.run where kind = 'panel'")
    for day in (MONTH_END_BEFORE, END):
        assert chain.run_day(day, None, quiet).state == "published"
    return Book(landing, landing.with_name(f"{landing.name}-truth"), report, loaded, str(panel))
