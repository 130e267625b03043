"""Promises of walk-forward: no pd of a past date comes from a model that saw an outcome after it; a quarter in which
too little was known has none."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import numpy as np
import psycopg
import pytest
from risk_world import PORTFOLIO, ask, feature_types, insert

from loudong.errors import LoudongError, TooLittleError
from loudong.pipeline import runs, steps
from loudong.pipeline.dates import month_ends
from loudong.pipeline.runs import Run, cutoff
from loudong.pipeline.walking import lacks_panel
from loudong.settings import Settings
from loudong.warehouse.connect import connect
from models.features import model_features
from models.metrics import auc
from models.panel import read_rows
from models.quarters import QuarterModel, known_before, load_scorer, quarter_start, read_quarters
from models.walk_forward import learn_quarter, quarters_to_train, score_walk_forward, train_quarters

BOOK = PORTFOLIO.model_copy(update={"horizon_days": 30})
LEARN_DATES = tuple(month_ends(date(2024, 3, 31), date(2024, 11, 30)))
# A date at each edge of a quarter, from one without any known outcome on.
DATES = (date(2024, 4, 1), date(2024, 6, 30), date(2024, 7, 1), date(2024, 9, 30), date(2024, 10, 1), date(2025, 1, 3))
SPRING, SUMMER, AUTUMN, WINTER = date(2024, 4, 1), date(2024, 7, 1), date(2024, 10, 1), date(2025, 1, 1)
CUSTOMERS = 200
LABEL = "customer_id text, as_of_date date, run_id text, is_default boolean, default_date date, is_mature boolean"


def plant(run_id: str, days: tuple[date, ...], with_labels: bool) -> None:
    """Customers with an exposure each: until the end of August small exposures turn bad, afterwards large ones do. Up
    to May next to none does."""
    generator = np.random.default_rng(len(days))
    features, labels = [], []
    for day in days:
        for number in range(CUSTOMERS):
            exposure = float(generator.uniform(0, 1e6))
            key: dict[str, Any] = {"customer_id": f"C{number:04d}", "as_of_date": day, "run_id": run_id}
            kind = {"customer_type_code": "person", "is_in_default": False, "industry_code": "retail"}
            features.append(key | kind | {"exposure_amount": exposure})
            is_risky = (exposure > 5e5) == (day > date(2024, 8, 31))
            is_bad = is_risky and bool(generator.random() < 0.8) and (day.month > 5 or number < 5)
            labels.append(key | {"is_default": is_bad, "is_mature": True})
    with connect() as connection:
        insert(connection, "marts", "fct_customer_features", features)
        if with_labels:
            insert(connection, "marts", "fct_default_label", labels)


def planted_run(days: tuple[date, ...], with_labels: bool) -> Run:
    run = runs.open_run("panel", days)
    plant(run.run_id, days, with_labels)
    runs.close_run(run.run_id, "done")
    return run


@pytest.fixture(scope="module")
def learning(warehouse: Settings) -> Run:
    """A panel with outcomes, and what was delivered by then."""
    columns = ", ".join(f"{name} {data_type}" for name, data_type in feature_types().items())
    with connect() as connection:
        connection.execute(f"create table marts.fct_customer_features ({columns})".encode())
        connection.execute(f"create table marts.fct_default_label ({LABEL})".encode())
        connection.execute(
            "insert into landing.portfolio (name, content_hash, settings) values ('test', 'x', %s)",
            (BOOK.model_dump_json(),),
        )
        connection.execute("insert into ops.delivery values ('payment', '2025-01-05', 1)")
    return planted_run(LEARN_DATES, with_labels=True)


@pytest.fixture(scope="module")
def scored(learning: Run) -> Run:
    """A run of past dates, scored by walk-forward."""
    run = planted_run(DATES, with_labels=False)
    assert steps.walk_forward(run.run_id) == CUSTOMERS * 2
    return run


def quarters(run: Run) -> dict[date, QuarterModel]:
    with connect() as connection:
        return read_quarters(connection, run.portfolio, {quarter_start(day) for day in DATES})


def test_every_row_is_scored_by_a_model_that_saw_no_outcome_of_its_quarter(scored: Run) -> None:
    rows = ask(
        "select score.as_of_date, score.known_before, model.quarter_start_date, model.outcomes_until, model.last_date "
        "from risk.walk_forward_score as score inner join ops.walk_forward_model as model "
        "using (model_name, model_version) where score.run_id = %s",
        scored.run_id,
    )
    assert len(rows) == CUSTOMERS * 2
    for day, known, quarter, outcomes_until, last_learned in rows:
        assert quarter == quarter_start(day)
        assert known == known_before(quarter, BOOK.timezone) <= cutoff(day, BOOK.timezone)
        assert outcomes_until == last_learned + timedelta(days=BOOK.horizon_days) < quarter <= day


def test_a_quarter_learns_from_all_that_was_known_when_it_began(scored: Run) -> None:
    models = quarters(scored)
    assert {quarter: model.last_date for quarter, model in models.items() if model.state == "trained"} == {
        AUTUMN: date(2024, 8, 31),
        WINTER: date(2024, 11, 30),
    }
    assert models[AUTUMN].row_count == CUSTOMERS * 6
    assert {model.first_date for model in (models[AUTUMN], models[WINTER])} == {LEARN_DATES[0]}


def test_a_quarter_with_too_few_known_defaults_has_no_pd_and_says_so(scored: Run) -> None:
    models = quarters(scored)
    assert {models[quarter].state for quarter in (SPRING, SUMMER)} == {"not_enough_data"}
    assert models[SUMMER].default_count < 50
    assert f"{models[SUMMER].default_count} defaults among 600 customer-dates" in str(models[SUMMER].reason)
    assert models[SPRING].row_count == 0
    rows = ask("select distinct as_of_date from risk.walk_forward_score where run_id = %s", scored.run_id)
    assert {row[0] for row in rows} == {day for day in DATES if day >= AUTUMN}


def test_what_turned_later_is_not_foreseen(scored: Run) -> None:
    """By the autumn small exposures had turned bad: that is what its model says, though large ones do from then on."""
    rows = ask(
        "select as_of_date, pd, exposure_amount::float from risk.walk_forward_score "
        "inner join marts.fct_customer_features using (run_id, as_of_date, customer_id) where run_id = %s",
        scored.run_id,
    )
    for day, says_small in ((AUTUMN, True), (date(2025, 1, 3), False)):
        pds = np.array([row[1] for row in rows if row[0] == day])
        small = np.array([float(row[2] < 5e5) for row in rows if row[0] == day])
        assert (auc(small, pds) > 0.9) == says_small


def test_a_model_that_saw_outcomes_of_the_quarter_is_not_learned(learning: Run) -> None:
    everything = read_rows(learning, model_features())
    with pytest.raises(LoudongError, match="saw outcomes until 2024-12-30 may not score the quarter from 2024-10-01"):
        learn_quarter(everything, AUTUMN, BOOK.horizon_days)
    with pytest.raises(TooLittleError, match="too little to learn from"):
        learn_quarter(everything.until(date(2024, 5, 31)), SUMMER, BOOK.horizon_days)


@pytest.fixture
def altered(scored: Run) -> Iterator[dict[date, QuarterModel]]:
    """The models as kept; whatever a test makes of them is undone."""
    before = quarters(scored)
    yield before
    with connect() as connection:
        for quarter, model in before.items():
            connection.execute(
                "update ops.walk_forward_model set model_version = %s, content_hash = %s where quarter_start_date = %s",
                (model.model_version, model.content_hash, quarter),
            )


@pytest.mark.parametrize(
    ("takes_hash", "message"),
    [
        (True, "saw outcomes until 2024-12-30 may not score the quarter from 2024-10-01"),
        (False, "its content in MLflow"),
    ],
)
def test_a_later_model_in_the_place_of_an_earlier_one_scores_nothing(
    scored: Run, altered: dict[date, QuarterModel], takes_hash: bool, message: str
) -> None:
    before = scores(scored)
    later = altered[WINTER]
    with connect() as connection:
        connection.execute(
            "update ops.walk_forward_model set model_version = %s, content_hash = %s where quarter_start_date = %s",
            (later.model_version, later.content_hash if takes_hash else altered[AUTUMN].content_hash, AUTUMN),
        )
    with pytest.raises(LoudongError, match=message):
        steps.walk_forward(scored.run_id)
    assert scores(scored) == before


def test_the_warehouse_refuses_a_record_of_outcomes_that_were_not_known_yet(scored: Run) -> None:
    with pytest.raises(psycopg.errors.CheckViolation), connect() as connection:
        connection.execute("update ops.walk_forward_model set outcomes_until = quarter_start_date")


def scores(run: Run) -> list[tuple[Any, ...]]:
    return ask("select * from risk.walk_forward_score where run_id = %s order by 1, 2", run.run_id)


def kept() -> list[tuple[Any, ...]]:
    return ask("select * from ops.walk_forward_model order by quarter_start_date")


def test_called_again_it_only_scores_and_says_the_same(scored: Run) -> None:
    models, before = kept(), scores(scored)
    assert steps.walk_forward(scored.run_id) == len(before)
    assert (kept(), scores(scored)) == (models, before)


def test_a_panel_with_other_later_dates_teaches_a_quarter_nothing_new(scored: Run, learning: Run) -> None:
    """What becomes known after the quarter began does not reach its model."""
    models = kept()
    shorter = planted_run(LEARN_DATES[:-2], with_labels=False)
    with connect() as connection:
        connection.execute("delete from marts.fct_customer_features where run_id = %s", (shorter.run_id,))
        for table in ("fct_customer_features", "fct_default_label"):
            connection.execute(
                f"create temporary table copied as select * from marts.{table} "
                "where run_id = %s and as_of_date <> all(%s)".encode(),
                (learning.run_id, list(LEARN_DATES[-2:])),
            )
            connection.execute("update copied set run_id = %s", (shorter.run_id,))
            connection.execute(f"insert into marts.{table} select * from copied".encode())
            connection.execute("drop table copied")
    (same,) = train_quarters(shorter, [AUTUMN])
    assert (same.panel_run_id, kept()) == (learning.run_id, models)
    with connect() as connection:
        connection.execute(
            "update marts.fct_default_label set is_default = not is_default "
            "where run_id = %s and as_of_date = '2024-08-31' and customer_id < 'C0050'",
            (shorter.run_id,),
        )
    (renewed,) = train_quarters(shorter, [AUTUMN])
    assert renewed.panel_run_id == shorter.run_id
    assert renewed.model_version != same.model_version
    assert load_scorer(renewed).outcomes_until == load_scorer(same).outcomes_until


def test_without_a_panel_that_knows_the_dates_it_is_refused_with_the_command(scored: Run) -> None:
    with connect() as connection:
        connection.execute("insert into ops.delivery values ('payment', '2025-04-02', 1)")
    later = planted_run((date(2025, 4, 1),), with_labels=False)
    assert lacks_panel(later.run_id)
    with pytest.raises(LoudongError, match=r"run: loudong train --walk-forward$"):
        steps.walk_forward(later.run_id)
    with pytest.raises(LoudongError, match="no model was trained for the quarters from 2025-04-01"):
        score_walk_forward(later)
    assert not lacks_panel(scored.run_id)


def test_dates_before_anything_was_known_have_no_pd_and_need_no_panel(scored: Run) -> None:
    early = planted_run((date(2024, 2, 1),), with_labels=False)
    assert not lacks_panel(early.run_id)
    assert steps.walk_forward(early.run_id) == 0
    reason = ask("select reason from ops.walk_forward_model where quarter_start_date = '2024-01-01'")
    assert str(reason[0][0]).startswith("no date to learn from")


def test_every_quarter_that_may_have_a_model_is_trained_for(learning: Run) -> None:
    before = {AUTUMN - timedelta(days=1): [SUMMER], AUTUMN: [SUMMER, AUTUMN]}
    for day, expected in before.items():
        known = cutoff(day - timedelta(days=1), BOOK.timezone)
        assert quarters_to_train(learning, known) == expected
