"""All benchmarks in one run: `python -m bench --customers 100000 --months 24`; `make bench` writes docs/benchmarks.md.

Whatever is compared runs side by side on this machine and on rows of the same portfolio.
"""

import tempfile
from collections.abc import Callable, Iterable, Iterator
from datetime import date, timedelta
from pathlib import Path

import click

from bench import page as pages
from bench.dag_run import measure as measure_dag_run
from bench.day import stretches
from bench.decide import measure as measure_decide
from bench.floor import bare_seconds
from bench.load import measure as measure_load
from bench.range import measure as measure_range
from bench.scripts import compare
from bench.server import own_warehouse
from bench.views import measure as measure_views
from loudong.policy.dictionary import dictionary_path
from loudong.portfolio.generator import generate
from loudong.portfolio.settings import read_portfolio
from loudong.yaml_file import read_yaml

END = date(2026, 1, 31)
SEED = 1
RANGE_CUSTOMERS, DAG_RUN_CUSTOMERS = 1000, 5000


def mart_columns() -> int:
    """How many columns marts.fct_customer_features has."""
    return len(read_yaml(dictionary_path())["models"][0]["columns"])


PARTS = ("load", "day", "range", "dag-run")


@click.command()
@click.option("--customers", default=100_000, show_default=True)
@click.option("--months", default=24, show_default=True)
@click.option("--share", default=0.12, show_default=True, help="Part of the files that the load rate is measured on.")
@click.option("--range-days", default=30, show_default=True, help="Dates of the range that is run twice.")
@click.option("--book", type=click.Path(path_type=Path), help="A portfolio made before; default: make one.")
@click.option("--part", "parts", multiple=True, type=click.Choice(PARTS), default=PARTS, help="Measure these alone.")
@click.option("--page", type=click.Path(path_type=Path), help="Write here, beside the parts that stand there.")
def main(
    customers: int,
    months: int,
    share: float,
    range_days: int,
    book: Path | None,
    parts: tuple[str, ...],
    page: Path | None,
) -> None:
    """Measure loading, one more day, ranges of dates and a DAG run, side by side with what else does it."""
    with tempfile.TemporaryDirectory(prefix="loudong-bench-") as name:
        work = Path(name)
        large = book or work / "large"
        if book is None and {"load", "day"} & set(parts):
            generate(customers, months, SEED, END, large)
        measures: dict[str, Callable[[], Iterable[str]]] = {
            "load": lambda: pages.load_lines(measure_load(large, share), share),
            "day": lambda: _days(large, work, customers, months),
            "range": lambda: _range(work, range_days),
            "dag-run": lambda: _dag_run(months),
        }
        for part in PARTS:
            if part in parts:
                text = "\n".join([pages.heading(part), *measures[part]()])
                click.echo(text)
                if page:
                    pages.write(page, part, text)


def _days(large: Path, work: Path, customers: int, months: int) -> Iterator[str]:
    small = work / "small"
    generate(customers // 4, months, SEED, END, small)
    with own_warehouse() as settings:
        points = sorted({min(13, months), min(18, months), months})
        found = list(stretches(large, work / "landed", customers, points, settings))
        scripts = compare(found[-1].days[-1], read_portfolio(large).timezone, work)
        bare = bare_seconds(found[-1].days[-1], scripts[0].columns)
        decided = measure_decide(found[-1].days[-1].as_of_date + timedelta(days=1))
        answers = list(measure_views())
    with own_warehouse() as settings:
        (fewer,) = stretches(small, work / "landed-small", customers // 4, [months], settings)
    yield from pages.day_lines(found, fewer)
    yield from pages.script_lines(found[-1].days[-1], scripts, bare, mart_columns())
    yield from pages.decide_lines(decided, answers)


def _range(work: Path, days: int) -> Iterator[str]:
    with own_warehouse() as settings:
        yield from pages.range_lines(measure_range(work / "range", RANGE_CUSTOMERS, days, END, settings))


def _dag_run(months: int) -> Iterator[str]:
    with own_warehouse() as settings:
        yield from pages.dag_run_lines(measure_dag_run(DAG_RUN_CUSTOMERS, months, settings))


if __name__ == "__main__":
    main()
