"""Promises of the generated portfolio: the rates of real books, same bytes, counted dirt, a truth to judge by."""

import gzip
import json
from datetime import date
from pathlib import Path

import pandas as pd
import pytest

from loudong.errors import LoudongError
from loudong.landing.contract import entities
from loudong.portfolio.generator import GenerationReport, generate
from loudong.portfolio.generator import parameters as p
from loudong.portfolio.generator.rates import BOUNDS

END = date(2026, 1, 31)
Portfolio = tuple[Path, GenerationReport]


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Portfolio:
    out = tmp_path_factory.mktemp("portfolio") / "small"
    return out, generate(400, 24, 3, END, out)


@pytest.mark.parametrize("seed", [1, 2])
def test_the_rates_are_those_of_real_books(tmp_path: Path, seed: int) -> None:
    rates = generate(4_000, 36, seed, END, tmp_path / "book", dirty=False).rates
    assert set(rates) == set(BOUNDS)
    outside = {name: value for name, value in rates.items() if not BOUNDS[name][0] <= value <= BOUNDS[name][1]}
    assert outside == {}
    rolls = [rates[f"rolled_{step}"] for step in ("1_30_to_31_60", "31_60_to_61_90", "61_90_to_91_120")]
    assert rolls == sorted(rolls)


def test_the_same_arguments_give_the_same_bytes(small: Portfolio, tmp_path: Path) -> None:
    generate(400, 24, 3, END, tmp_path / "small")
    files = sorted(path.relative_to(tmp_path) for path in tmp_path.rglob("*") if path.is_file())
    assert len(files) > 300
    for path in files:
        assert (tmp_path / path).read_bytes() == (small[0].parent / path).read_bytes(), path


def test_another_seed_gives_another_portfolio(small: Portfolio, tmp_path: Path) -> None:
    generate(400, 24, 4, END, tmp_path / "other")
    name = Path("payment") / END.isoformat() / "part-00000.csv.gz"
    assert (tmp_path / "other" / name).read_bytes() != (small[0] / name).read_bytes()


def test_every_entity_but_the_judged_customers_is_delivered(small: Portfolio) -> None:
    delivered = {path.name for path in small[0].iterdir() if path.is_dir()}
    assert delivered == set(entities()) - {"judged_customer"}


def test_dirty_rows_are_counted_as_they_lie_in_the_files(small: Portfolio) -> None:
    out, report = small
    assert set(report.dirty) == set(p.DIRTY_KINDS)
    lines = sum(gzip.decompress(path.read_bytes()).count(b"\n") - 1 for path in out.rglob("*.csv.gz"))
    assert lines == sum(report.rows.values()) + sum(report.dirty.values())
    truth = out.with_name("small-truth")
    assert json.loads((truth / "dirty.json").read_text()) == report.dirty


def test_the_truth_says_how_likely_the_label_was(small: Portfolio) -> None:
    truth = pd.read_parquet(small[0].with_name("small-truth") / "truth.parquet")
    assert len(truth) > 1_500
    assert truth["probability"].between(0, 1).all()
    assert (truth["continuations"] >= 200).all()
    known = truth[truth["label"].notna()]
    spread = (known["probability"] * (1 - known["probability"])).sum() ** 0.5
    assert abs(known["label"].sum() - known["probability"].sum()) < 5 * spread


def test_the_truth_lies_outside_what_the_pipeline_reads(small: Portfolio) -> None:
    assert not list(small[0].rglob("*truth*"))


def test_a_folder_that_holds_anything_is_refused(small: Portfolio) -> None:
    with pytest.raises(LoudongError, match="is not empty"):
        generate(400, 24, 3, END, small[0])
