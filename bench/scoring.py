"""Scoring with reasons for every customer, warehouse to warehouse: `python -m bench.scoring`.

A booster as large as a demanding portfolio's, on as many rows of the mart as asked. LightGBM's own exact TreeSHAP
explains a part of the same rows on as many threads, beside ours.
"""

import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TypeVar

import click
import lightgbm
import numpy as np

from bench.server import Cost, costs, own_warehouse
from loudong.landing.load import load_folder
from loudong.pipeline import opening, runs, steps
from loudong.portfolio.generator import generate
from loudong.settings import Settings
from loudong.warehouse.connect import connect
from models.calibration import Calibrator
from models.encoding import encode
from models.explanation import contributions
from models.features import feature_version, model_features
from models.metrics import Floats
from models.reading import read_features
from models.scorer import Scorer
from models.scoring import write_scores

T = TypeVar("T")

TREES, LEAVES, DEPTH, FEATURES = 200, 31, 8, 120
THREADS = 2
# Whose rows are copied until there are enough, doubles moved by chance; a model learns from the first batch.
BOOK_CUSTOMERS, BOOK_MONTHS, SEED, END = 10_000, 14, 3, date(2026, 1, 31)
# LightGBM's own takes its time.
OWN_ROWS = 10_000

_COPIES = """
    insert into marts.fct_customer_features (run_id, as_of_date, customer_id, {names})
    select run_id, as_of_date, customer_id || '-' || copy, {values}
    from marts.fct_customer_features, generate_series(2, %(copies)s) as copy where run_id = %(run_id)s
"""


@dataclass(frozen=True)
class ScoringMeasure:
    """Seconds of scoring `customers`, what it cost, and how fast rows at hand are explained, here and by LightGBM."""

    customers: int
    features: int
    null_share: float
    seconds: float
    cost: Cost
    pace: float
    own_pace: float
    difference: float


def measure(customers: int, work: Path, settings: Settings) -> ScoringMeasure:
    """Fill the mart of one date, and score it."""
    generate(BOOK_CUSTOMERS, BOOK_MONTHS, SEED, END, work / "book")
    load_folder(work / "book")
    run = runs.open_run("daily", (END,), opening.record_policy())
    with runs.ending(run.run_id):
        steps.build(run.run_id, steps.EVERYTHING)
        _fill(run, customers)
        scorer, values = _demanding(run)
        with costs(settings) as cost:
            count, seconds = _timed(lambda: write_scores(run, scorer))
    own, own_seconds = _timed(lambda: scorer.booster.predict(values, pred_contrib=True, num_threads=THREADS))
    ours, our_seconds = _timed(lambda: contributions(scorer.booster, values))
    used = scorer.booster.feature_importance() > 0
    return ScoringMeasure(
        customers=count,
        features=int(used.sum()),
        null_share=float(np.isnan(values[:, used]).mean()),
        seconds=seconds,
        cost=cost,
        pace=len(values) / our_seconds,
        own_pace=len(values) / own_seconds,
        difference=float(np.abs(ours - np.asarray(own)[:, :-1]).max()),
    )


def _timed(work: Callable[[], T]) -> tuple[T, float]:
    started = time.perf_counter()
    return work(), time.perf_counter() - started


def _fill(run: runs.Run, customers: int) -> None:
    """Copy the rows of the run until there are as many customers."""
    features = model_features()
    with connect("admin") as connection:
        row = connection.execute(
            "select count(*) from marts.fct_customer_features where run_id = %s", (run.run_id,)
        ).fetchone()
        assert row is not None
        values = [
            f"{one.name} * (0.5 + random())" if one.data_type == "double precision" else one.name for one in features
        ]
        query = _COPIES.format(names=", ".join(one.name for one in features), values=", ".join(values))
        connection.execute(query.encode(), {"run_id": run.run_id, "copies": -(-customers // row[0])})
    with connect("admin", autocommit=True) as connection:
        connection.execute("vacuum analyze marts.fct_customer_features")


def _demanding(run: runs.Run) -> tuple[Scorer, Floats]:
    """A model of many features, and the encoded rows that it is explained on."""
    features = model_features()
    frame = next(iter(read_features(run, features))).frame
    categories = {one.name: sorted(frame[one.name].dropna().unique()) for one in features if one.is_categorical}
    values = encode(frame, features, categories)
    booster = booster_of(values, [one.name for one in features])
    scorer = Scorer(booster, Calibrator(1.0, 0.0), categories, feature_version(features), END, "bench", "1")
    return scorer, values[:OWN_ROWS]


def booster_of(values: Floats, names: list[str]) -> lightgbm.Booster:
    """A booster that uses `FEATURES` of the rows, of those that are known of most customers; each weighs as much, in
    whichever direction chance has it."""
    generator = np.random.default_rng(SEED)
    chosen = np.argsort(np.isnan(values).mean(axis=0), kind="stable")[:FEATURES]
    values = np.where(np.isin(np.arange(values.shape[1]), chosen), values, np.nan)
    known = values[:, chosen]
    ranked = np.nan_to_num((known - np.nanmean(known, axis=0)) / (np.nanstd(known, axis=0) + 1e-9))
    odds = np.clip(ranked, -3, 3) @ generator.normal(size=FEATURES) / np.sqrt(FEATURES) - 1
    bad = (generator.random(len(values)) < 1 / (1 + np.exp(-odds))).astype(float)
    parameters = {
        "objective": "binary",
        "num_leaves": LEAVES,
        "max_depth": DEPTH,
        "feature_fraction": 0.5,
        "num_threads": THREADS,
        "seed": 1,
        "verbosity": -1,
    }
    return lightgbm.train(parameters, lightgbm.Dataset(values, bad, feature_name=names), TREES)


@click.command()
@click.option("--customers", default=1_000_000, show_default=True)
def main(customers: int) -> None:
    """Score, explain, compare seconds and results."""
    with tempfile.TemporaryDirectory(prefix="loudong-bench-") as work, own_warehouse() as settings:
        found = measure(customers, Path(work), settings)
    click.echo(
        f"{TREES} trees, {LEAVES} leaves, depth {DEPTH}, {found.features} features in use, "
        f"{found.null_share:.0%} nulls, {THREADS} threads"
    )
    click.echo(
        f"warehouse to warehouse: {found.customers:,} customers in {found.seconds:.1f} s, "
        f"{found.customers / found.seconds:,.0f} a second; "
        f"at most {found.cost.client_peak_mib:,.0f} MiB of ours, {found.cost.server_peak_mib:,.0f} of a server process"
    )
    click.echo(
        f"explaining rows at hand: ours {found.pace:,.0f} a second, LightGBM's own {found.own_pace:,.0f}; "
        f"ratio of all scoring to it {found.customers / found.seconds / found.own_pace:.1f}, "
        f"of explaining {found.pace / found.own_pace:.1f}; largest difference {found.difference:.1e}"
    )


if __name__ == "__main__":
    main()
