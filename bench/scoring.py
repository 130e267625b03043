"""Reasons for every customer: exact TreeSHAP here beside LightGBM's own, on as many threads: `python -m bench.scoring`.

A booster as large as a demanding portfolio's, on rows of doubles of which a fifth is missing.
"""

import time

import click
import lightgbm
import numpy as np

from models.explanation import contributions

TREES, LEAVES, DEPTH, FEATURES, NULL_SHARE = 200, 31, 8, 120, 0.2
THREADS = 2
LEARNING_ROWS = 40_000
# LightGBM's own takes its time: it explains a part of the rows.
OWN_SHARE = 10


def booster_of(values: np.ndarray, generator: np.random.Generator) -> lightgbm.Booster:
    """A booster that uses many features of the rows."""
    weights = generator.normal(size=values.shape[1])
    odds = np.nan_to_num(values) @ weights / np.sqrt(values.shape[1]) - 1
    bad = (generator.random(len(values)) < 1 / (1 + np.exp(-odds))).astype(float)
    parameters = {
        "objective": "binary",
        "num_leaves": LEAVES,
        "max_depth": DEPTH,
        "feature_fraction": 0.3,
        "num_threads": THREADS,
        "seed": 1,
        "verbosity": -1,
    }
    return lightgbm.train(parameters, lightgbm.Dataset(values, bad), TREES)


@click.command()
@click.option("--customers", default=100_000, show_default=True)
def main(customers: int) -> None:
    """Compare seconds and results."""
    generator = np.random.default_rng(1)
    values = generator.normal(size=(customers, FEATURES))
    values[generator.random(values.shape) < NULL_SHARE] = np.nan
    booster = booster_of(values[:LEARNING_ROWS], generator)
    used = int((booster.feature_importance() > 0).sum())
    few = values[: customers // OWN_SHARE]
    started = time.perf_counter()
    own = np.asarray(booster.predict(few, pred_contrib=True, num_threads=THREADS))[:, :-1]
    own_pace = len(few) / (time.perf_counter() - started)
    started = time.perf_counter()
    ours = contributions(booster, values)
    pace = customers / (time.perf_counter() - started)
    click.echo(f"{TREES} trees, {LEAVES} leaves, {used} features in use, {NULL_SHARE:.0%} nulls, {THREADS} threads")
    click.echo(f"ours {pace:,.0f} customers/s, LightGBM {own_pace:,.0f}; ratio {pace / own_pace:.1f}")
    click.echo(f"largest difference {np.abs(ours[: len(few)] - own).max():.1e}")


if __name__ == "__main__":
    main()
