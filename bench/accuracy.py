"""How well the default model does on public data, through the whole pipeline: `python -m bench.accuracy DATA`.

Each set is converted, loaded and built into a panel as a user would, then judged by five folds of customers, five times
over with other folds; all that is learned, size and number of trees and calibration included, is learned within the
folds. The table goes into docs/model.md, between the marks.
"""

import os
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import click
import numpy as np

from bench.own_rate import own_past_rate
from bench.server import own_warehouse
from loudong.landing.load import load_folder
from loudong.pipeline import chain, runs, steps
from loudong.settings import get_settings
from loudong.sources.convert import convert
from models.baselines import judge_baselines
from models.features import model_features
from models.learning import unseen_pd
from models.metrics import Floats, auc, ks
from models.panel import Panel, read_panel
from models.splits import FOLDS, customer_folds

SETS = ("taiwan", "superlender", "ibm-ar")
REPEATS = 5
BEGIN, END = "<!-- accuracy: written by python -m bench.accuracy -->", "<!-- end of accuracy -->"


@dataclass(frozen=True)
class Accuracy:
    """One way to tell bads from goods on one set: AUC and KS of each repeat."""

    name: str
    aucs: list[float]
    kss: list[float]

    def line(self) -> str:
        """As a row of a table: mean and standard deviation over the repeats."""
        auc_, ks_ = np.array(self.aucs), np.array(self.kss)
        return f"| {self.name} | {auc_.mean():.4f} ({auc_.std():.4f}) | {ks_.mean():.4f} ({ks_.std():.4f}) |"


def panel_of(name: str, source: Path, work: Path) -> Panel:
    """The panel that training would learn from, in the warehouse of the settings."""
    convert(name, source, work / name)
    load_folder(work / name)
    known_before = datetime.now(UTC)
    run_id = chain.open_panel(known_before)
    try:
        steps.build(run_id, steps.EVERYTHING)
        steps.build_label(run_id, known_before)
        return read_panel(runs.load_run(run_id), model_features())
    finally:
        runs.close_run(run_id, "failed", "a benchmark publishes nothing")


def judge(panel: Panel, repeats: int = REPEATS) -> list[Accuracy]:
    """The model and the baselines on the same rows and folds."""
    told: dict[str, list[Floats]] = {}
    for repeat in range(repeats):
        folds = customer_folds(panel.customers, purpose=f"repeat {repeat}" if repeat else "")
        told.setdefault("model", []).append(unseen_pd(panel, folds))
        for name, pd in judge_baselines(panel, folds).items():
            told.setdefault(name.replace("_", " "), []).append(pd)
    return [
        Accuracy(name, [auc(panel.bad, pd) for pd in pds], [ks(panel.bad, pd) for pd in pds])
        for name, pds in told.items()
    ]


def lines(name: str, panel: Panel, found: list[Accuracy]) -> Iterator[str]:
    """The table of one set."""
    customers, bads = len(np.unique(panel.customers)), int(panel.bad.sum())
    yield f"\n**{name}**: {len(panel):,} customer-dates of {customers:,} customers, {bads:,} defaults.\n"
    yield "| | AUC | KS |\n|---|---|---|"
    yield from (one.line() for one in found)


@click.command()
@click.argument("data", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--set", "names", multiple=True, type=click.Choice(SETS), default=SETS, show_default=True)
@click.option("--repeats", default=REPEATS, show_default=True)
@click.option("--page", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="Write the table into it.")
def main(data: Path, names: tuple[str, ...], repeats: int, page: Path | None) -> None:
    """Judge the model on the public sets below DATA."""
    text = [f"Means over {repeats} repeats of {FOLDS} folds of customers (standard deviation over the repeats)."]
    with tempfile.TemporaryDirectory(prefix="loudong-bench-") as work, own_warehouse():
        for name in names:
            _use_database(name.replace("-", "_"))
            panel = panel_of(name, data / name, Path(work))
            found = judge(panel, repeats)
            if name == "ibm-ar":
                rate = own_past_rate(data / name, panel)
                found.append(Accuracy("the customer's own past rate", [auc(panel.bad, rate)], [ks(panel.bad, rate)]))
            table = list(lines(name, panel, found))
            click.echo("\n".join(table))
            text += table
    if page:
        _write(page, "\n".join(text))


def _use_database(name: str) -> None:
    from loudong.warehouse import migrate

    os.environ["LOUDONG_WAREHOUSE_DATABASE"] = name
    get_settings.cache_clear()
    migrate.set_up(get_settings())


def _write(page: Path, table: str) -> None:
    before, found, rest = page.read_text(encoding="utf-8").partition(BEGIN)
    _, closed, after = rest.partition(END)
    if not (found and closed):
        raise click.ClickException(f"{page} has no marks '{BEGIN}' and '{END}'")
    page.write_text(f"{before}{BEGIN}\n{table}\n{END}{after}", encoding="utf-8")


if __name__ == "__main__":
    main()
