"""Promises of stored features: every policy table that shapes them is known; they are built once by the daily SQL."""

import re
from datetime import date

import pytest
from risk_world import ask as query
from trial.test_engine import quiet

from loudong.landing.load import load_folder
from loudong.policy.tables import TABLES
from loudong.portfolio.generator import generate
from loudong.settings import Settings, get_settings
from loudong.trial.dates import weekly
from loudong.trial.sources import FEATURE_TABLES
from loudong.trial.trying import LoudongError, ask


def test_the_policy_tables_that_shape_features_are_those_that_their_sql_reads() -> None:
    project = get_settings().project_dir / "dbt_project"
    layers = ("macros", "models/staging", "models/intermediate", "models/marts", "models/features", "models/label")
    texts = [path.read_text() for layer in layers for path in (project / layer).rglob("*.sql")]
    assert len(texts) > 100
    read = {name for text in texts for name in re.findall(r"ref\('(\w+)'\)", text)}
    assert read & set(TABLES) == set(FEATURE_TABLES)


@pytest.mark.parametrize(
    ("first", "last", "expected"),
    [
        (date(2025, 3, 2), date(2025, 3, 9), (date(2025, 3, 2), date(2025, 3, 9))),
        (date(2025, 3, 3), date(2025, 3, 9), (date(2025, 3, 9),)),
        (date(2025, 3, 3), date(2025, 3, 8), ()),
        (date(2024, 2, 25), date(2024, 3, 3), (date(2024, 2, 25), date(2024, 3, 3))),
    ],
)
def test_a_policy_is_tried_on_sundays(first: date, last: date, expected: tuple[date, ...]) -> None:
    assert weekly(first, last) == expected


@pytest.fixture(scope="module")
def book(warehouse: Settings, tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.mktemp("portfolio") / "book"
    generate(200, 12, 5, date(2026, 1, 31), folder)
    load_folder(folder)


def test_features_of_past_dates_are_built_in_one_pass_and_kept(book: None, without_data_tests: None) -> None:
    first, last = date(2025, 7, 27), date(2025, 8, 31)
    for _ in range(2):
        with pytest.raises(LoudongError, match=r"none of the 6 dates can be decided; 2025-07-27: no pd"):
            ask(get_settings().policy_dir, first, last, quiet)
    ((run_id, kind, state, dates),) = query("select run_id, kind, state, as_of_dates from ops.run")
    assert (kind, state, dates) == ("panel", "done", list(weekly(first, last)))
    built = query("select as_of_date, count(*) from marts.fct_customer_features where run_id = %s group by 1", run_id)
    assert {day for day, _ in built} == set(dates)
    # The horizon of 180 days has ended for the first dates alone.
    mature = query("select distinct as_of_date from marts.fct_default_label where is_mature order by 1")
    assert [day for (day,) in mature] == list(weekly(first, date(2025, 8, 4)))
    assert query("select count(*) from ops.standing_run") == [(0,)], "a panel of a trial stands for no date"


def test_a_trial_whose_scoring_failed_goes_on_with_the_features_it_built(
    book: None, without_data_tests: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, last = date(2025, 9, 7), date(2025, 9, 14)
    runs_before = query("select count(*) from ops.run")[0][0]

    def _fail(*_: object) -> None:
        raise LoudongError("MLflow is away")

    with monkeypatch.context() as patch:
        patch.setattr("loudong.pipeline.chain.walk_forward", _fail)
        with pytest.raises(LoudongError, match="MLflow is away"):
            ask(get_settings().policy_dir, first, last, quiet)
    with pytest.raises(LoudongError, match=r"none of the 2 dates can be decided; 2025-09-07: no pd"):
        ask(get_settings().policy_dir, first, last, quiet)
    assert query("select count(*) from ops.run") == [(runs_before + 1,)]
