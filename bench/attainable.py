"""How much of what can be known the model knows: `python -m bench.attainable`, on a generated portfolio.

The generator leaves the true probability of default of sampled customers at month ends beside the portfolio: the share
of continuations of its own process. The model is the one that training judges out of time, and it is asked about every
sampled month end from the first judged one on. Truth is scored by one half of the continuations and judged by the
other, as the generator does for `auc_attainable`, so that chance does not count as knowledge.
"""

import tempfile
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import click
import numpy as np
import pandas as pd
import pyarrow.parquet as pq

from bench.server import own_warehouse
from loudong.landing.load import load_folder
from loudong.pipeline import chain, opening, runs, steps
from loudong.portfolio.generator import generate
from loudong.warehouse.connect import connect
from models.features import model_features
from models.metrics import Floats, WeightedArea
from models.reading import read_features
from models.registry import load_judged
from models.splits import TEST_DATES

END = date(2026, 1, 31)
SEED = 5
# Bands of pd, each with enough expected defaults to judge its level.
LEAST_EXPECTED = 50
# So many that each date has some bands.
TRUTH_SAMPLE = 120_000


def expected_auc(pd_: Floats, probability: Floats) -> float:
    """The AUC to be expected of `pd_` where each customer is bad with `probability`."""
    bad = np.r_[np.ones(len(pd_)), np.zeros(len(pd_))]
    return WeightedArea(bad, np.r_[pd_, pd_]).of(np.r_[probability, 1 - probability])


def attainable_auc(truth: pd.DataFrame) -> float:
    """The AUC of the truth itself: ranked by one half of the continuations, judged by the other."""
    count = truth["continuations"].to_numpy()
    hits = (truth["probability"].to_numpy() * count).round().astype(int)
    first = np.random.default_rng(SEED).hypergeometric(hits, count - hits, count // 2)
    return expected_auc(first / (count // 2), (hits - first) / (count - count // 2))


def lines(rows: pd.DataFrame) -> list[str]:
    """What the model reaches of what can be reached, and how its levels compare with the truth."""
    told = []
    for name, part in (("all", rows), ("not past due", rows[rows["dpd_days"] == 0])):
        mine = expected_auc(part["pd"].to_numpy(), part["probability"].to_numpy())
        best = attainable_auc(part)
        told.append(
            f"{name:<14} n {len(part):>6,}  AUC {mine:.4f}, attainable {best:.4f}: "
            f"{(mine - 0.5) / (best - 0.5):.1%} of it beyond chance"
        )
    told += _levels(rows)
    return told


def _levels(rows: pd.DataFrame) -> Iterator[str]:
    """How the levels of pd compare with the truth, one date at a time, band by band."""
    ratios: list[float] = []
    for day, of_day in rows.groupby("as_of_date"):
        bands = max(1, int(of_day["probability"].sum() // LEAST_EXPECTED))
        ordered = of_day.sort_values("pd")
        # Bands of as many expected defaults each: those of low pd hold many customers.
        place = ordered["probability"].cumsum() / ordered["probability"].sum() * bands
        found = ordered.groupby(np.minimum(place.astype(int), bands - 1))[["probability", "pd"]].sum()
        of_bands = (found["probability"] / found["pd"]).tolist()
        ratios += of_bands
        yield f"{day}: {len(of_day):,} customers, true to expected by band of pd " + ", ".join(
            f"{ratio:.2f}" for ratio in of_bands
        )
    errors = [abs(1 / ratio - 1) for ratio in ratios]
    yield (
        f"{len(ratios)} bands of {LEAST_EXPECTED} expected defaults at least: mean relative error of pd "
        f"{np.mean(errors):.1%}, true to expected {min(ratios):.2f} to {max(ratios):.2f}"
    )


def measure(customers: int, months: int, seed: int, work: Path) -> pd.DataFrame:
    """The sampled truth of the dates from the first judged one on, with the model's `pd`."""
    generate(customers, months, seed, END, work / "book", truth_sample=TRUTH_SAMPLE)
    load_folder(work / "book")
    model = chain.train(END, None, click.echo)
    click.echo(model.summary())
    truth = pq.read_table(work / "book-truth" / "truth.parquet").to_pandas()
    first = sorted(_panel_dates())[-TEST_DATES]
    truth = truth[truth["as_of_date"] >= first]
    dates = tuple(sorted(truth["as_of_date"].unique()))
    run_id = opening.open_run("panel", dates, opening.record_policy(), None).run_id
    try:
        steps.build(run_id, steps.EVERYTHING)
        scorer = load_judged(model.model_name, model.version)
        assert scorer is not None
        told = [
            pd.DataFrame(
                {"customer_id": batch.customers, "as_of_date": batch.dates, "pd": scorer.pd(batch.frame)}
            ).merge(truth)
            for batch in read_features(runs.load_run(run_id), model_features())
        ]
    finally:
        runs.close_run(run_id, "failed", "a benchmark publishes nothing")
    return pd.concat(told)


def _panel_dates() -> list[date]:
    with connect() as connection:
        rows = connection.execute("select distinct as_of_date from marts.fct_default_label where is_mature").fetchall()
    return [row[0] for row in rows]


@click.command()
@click.option("--customers", default=20_000, show_default=True)
@click.option("--months", default=36, show_default=True)
@click.option("--seed", default=SEED, show_default=True)
def main(customers: int, months: int, seed: int) -> None:
    """Train on a generated portfolio and compare with its truth."""
    with tempfile.TemporaryDirectory(prefix="loudong-bench-") as work, own_warehouse():
        for line in lines(measure(customers, months, seed, Path(work))):
            click.echo(line)


if __name__ == "__main__":
    main()
