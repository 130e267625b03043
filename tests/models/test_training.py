"""Promises of the training: figures come from rows not learned from, and say so where there is not enough data."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any, Literal

import numpy as np
import pytest
from risk_world import PORTFOLIO, World, ask, feature_types, insert

from loudong.errors import LoudongError
from loudong.pipeline.runs import Run
from loudong.policy import load_policy
from loudong.settings import Settings, get_settings
from loudong.warehouse.connect import connect
from models.evaluation import LEAST_OF_EACH, by_slice, horizon_end
from models.panel import Panel
from models.registry import load_champion
from models.training import TrainedModel, train

DATES = tuple(date(2024, month, 28) for month in range(1, 7))
CUSTOMERS = 200
KNOWN = datetime(2025, 1, 1, tzinfo=UTC)
LABEL = "customer_id text, as_of_date date, run_id text, is_default boolean, default_date date, is_mature boolean"
Drawn = tuple[list[float], bool]


@pytest.fixture(scope="module", autouse=True)
def _marts(warehouse: Settings) -> None:
    columns = ", ".join(f"{name} {data_type}" for name, data_type in feature_types().items())
    with connect() as connection:
        connection.execute(f"create table marts.fct_customer_features ({columns})".encode())
        connection.execute(f"create table marts.fct_default_label ({LABEL})".encode())
        connection.execute(
            "insert into landing.portfolio (name, content_hash, settings) values ('test', 'x', %s)",
            (PORTFOLIO.model_dump_json(),),
        )
    World().seed(load_policy(get_settings().policy_dir))


def train_on(draw: Callable[[int, date], Drawn], judged_dates: Literal["month_end", "listed"]) -> TrainedModel:
    """Train on customers whose three amounts and outcome `draw` gives; every fourth is an enterprise, never bad."""
    portfolio = PORTFOLIO.model_copy(update={"judged_dates": judged_dates, "horizon_days": 30})
    run = Run(f"panel.{judged_dates}", "panel", DATES, portfolio, None)
    features, labels = [], []
    for day in DATES:
        for number in range(CUSTOMERS):
            amounts, bad = draw(number, day)
            is_person = number % 4 > 0
            key: dict[str, Any] = {"customer_id": f"C{number:04d}", "as_of_date": day, "run_id": run.run_id}
            names = ("exposure_amount", "limit_amount", "inflow_amount_90d")
            kind = {"customer_type_code": "person" if is_person else "enterprise"}
            features.append(key | kind | dict(zip(names, amounts, strict=True)))
            labels.append(key | {"is_default": bad and is_person, "is_mature": True})
    with connect() as connection:
        insert(connection, "marts", "fct_customer_features", features)
        insert(connection, "marts", "fct_default_label", labels)
    return train(run, KNOWN)


@pytest.fixture(scope="module")
def by_heart() -> TrainedModel:
    """Trained where outcomes differ by customer alone, so that only one who knows the customer could tell them."""
    generator = np.random.default_rng(4)
    drawn = [(generator.uniform(0, 1e6, 3).tolist(), bool(generator.random() < 0.4)) for _ in range(CUSTOMERS)]
    return train_on(lambda number, day: drawn[number], "listed")


@pytest.fixture(scope="module")
def turned() -> TrainedModel:
    """Trained where large exposures turn bad, but on the last three dates small ones do."""
    generator = np.random.default_rng(6)

    def draw(number: int, day: date) -> Drawn:
        amounts = generator.uniform(0, 1e6, 3).tolist()
        is_large = amounts[0] > 5e5
        return amounts, bool(generator.random() < 0.8) and is_large == (day < DATES[-3])

    return train_on(draw, "month_end")


def test_customers_listed_one_by_one_are_judged_by_models_that_never_saw_them(by_heart: TrainedModel) -> None:
    assert by_heart.protocol == "cross_validation"
    person = by_heart.slices["customer_type=person"]
    assert person.n == 150 * len(DATES)
    assert person.auc is not None
    assert 0.35 < person.auc < 0.65


def test_later_dates_are_judged_by_what_was_known_before_them(turned: TrainedModel) -> None:
    assert turned.protocol == "out_of_time"
    person = turned.slices["customer_type=person"]
    assert person.n == 150 * 3
    assert person.auc is not None
    assert person.auc < 0.3


def test_the_figures_are_kept_by_slice_and_absent_where_one_class_is(turned: TrainedModel) -> None:
    rows = ask(
        "select slice, protocol, n, bads, auc, ks from ops.model_evaluation where model_version = %s order by slice",
        turned.version,
    )
    kept = {row[0]: row[1:] for row in rows}
    assert set(kept) == set(turned.slices)
    assert kept["all"][:4] == ("out_of_time", 600, turned.merit.bads, turned.merit.auc)
    assert kept["customer_type=enterprise"] == ("out_of_time", 150, 0, None, None)
    assert kept["customer_type=person"][1:4] == (450, turned.merit.bads, turned.slices["customer_type=person"].auc)


def test_the_model_that_scores_has_seen_outcomes_until_the_end_of_the_last_horizon(
    by_heart: TrainedModel, turned: TrainedModel
) -> None:
    assert {by_heart.alias, turned.alias} == {"champion", "challenger"}
    assert load_champion().outcomes_until == date(2024, 7, 28)
    assert horizon_end(date(2024, 6, 28), 30) == date(2024, 7, 28)


def test_too_little_to_learn_from_registers_nothing() -> None:
    before = ask("select count(*) from ops.model_evaluation")
    with pytest.raises(LoudongError, match="the panel is empty"):
        train(Run("panel.none", "panel", DATES, PORTFOLIO, None), KNOWN)
    assert ask("select count(*) from ops.model_evaluation") == before


def test_a_summary_says_so_where_there_is_not_enough_data(turned: TrainedModel) -> None:
    assert turned.summary().startswith(f"AUC {turned.merit.auc:.3f} ({turned.merit.auc_low:.3f} to ")
    assert turned.summary().endswith(f"on 600 customer-dates with {turned.merit.bads} defaults (out_of_time)")
    nobody = replace(turned, merit=turned.slices["customer_type=enterprise"])
    assert nobody.summary().startswith("AUC not enough data, ")


def test_slices_are_all_each_month_and_each_group_of_the_judged_rows(learned: Panel) -> None:
    types = np.where(np.arange(len(learned)) % 3 == 0, "enterprise", "person")
    dates = np.where(np.arange(len(learned)) < 120, np.datetime64("2024-07-31"), np.datetime64("2024-08-31"))
    judged = np.arange(len(learned)) < 300
    merits = by_slice(replace(learned, groups={"customer_type": types}, dates=dates), judged, np.full(300, 0.5))
    assert {name: merit.n for name, merit in merits.items()} == {
        "all": 300,
        "month=2024-07": 120,
        "month=2024-08": 180,
        "customer_type=enterprise": 100,
        "customer_type=person": 200,
    }
    assert merits["all"].bads == learned.bad[:300].sum()
    for group in ("month", "customer_type"):
        assert sum(merits[name].bads for name in merits if name.startswith(group)) == merits["all"].bads


def test_a_group_with_few_of_one_class_has_no_area(learned: Panel) -> None:
    judged = np.ones(len(learned), dtype=bool)
    few = np.flatnonzero(learned.bad == 1)[: LEAST_OF_EACH - 1]
    enough = np.flatnonzero(learned.bad == 1)[LEAST_OF_EACH : 2 * LEAST_OF_EACH]
    goods = np.flatnonzero(learned.bad == 0)
    groups = np.full(len(learned), "c")
    groups[few], groups[goods[:40]], groups[enough], groups[goods[40:80]] = "a", "a", "b", "b"
    merits = by_slice(replace(learned, groups={"industry": groups}), judged, np.linspace(0.1, 0.9, len(learned)))
    assert (merits["industry=a"].bads, merits["industry=a"].auc) == (LEAST_OF_EACH - 1, None)
    assert merits["industry=b"].bads == LEAST_OF_EACH
    assert merits["industry=b"].auc is not None
