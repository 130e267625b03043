"""Promises of the suite files: the exact set of them, and a clear refusal of what is wrong in one."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from loudong.errors import LoudongError
from loudong.landing.contract import entities
from loudong.quality.suites import ROW_COUNT, Gate, load_suites

GATES: tuple[Gate, ...] = ("landing", "marts", "scores")
EXPECTATIONS = Path(__file__).resolve().parents[2] / "expectations"


def test_there_is_a_suite_for_every_table_at_a_border_and_no_other() -> None:
    files = {path.relative_to(EXPECTATIONS).as_posix() for path in EXPECTATIONS.rglob("*") if path.is_file()}
    assert files == {
        *(f"landing/{entity}.json" for entity in entities()),
        "landing/landing_file.json",
        "marts/fct_customer_features.json",
        "marts/fct_contract_delinquency.json",
        "marts/dim_customer.json",
        "marts/dim_building.json",
        "scores/customer_score.json",
    }


@pytest.mark.parametrize("gate", GATES)
def test_every_suite_is_read_and_begins_with_a_row_count(gate: Gate) -> None:
    suites = load_suites(gate)
    assert len(suites) == len(list((EXPECTATIONS / gate).glob("*.json")))
    for suite in suites:
        assert suite.expectations[0].type == ROW_COUNT
        assert len(suite.expectations) > 1


def _suite() -> dict[str, Any]:
    meta = {"why": "Because.", "remedy": "Do this."}
    return {
        "name": "landing.customer",
        "meta": {"table": "landing.customer", "rows": "current", "key": ["customer_id", "valid_from_date"]},
        "expectations": [
            {"type": ROW_COUNT, "kwargs": {"min_value": 1}, "severity": "critical", "meta": dict(meta)},
            {
                "type": "expect_column_values_to_not_be_null",
                "kwargs": {"column": "onboarded_date"},
                "severity": "critical",
                "meta": dict(meta),
            },
            {
                "type": "unexpected_rows_expectation",
                "kwargs": {"unexpected_rows_query": "select customer_id from {batch} where observed_at > $cutoff"},
                "severity": "warning",
                "meta": {**meta, "label": "named"},
            },
        ],
    }


def _read(folder: Path, suite: dict[str, Any]) -> None:
    (folder / "landing").mkdir()
    (folder / "landing" / "customer.json").write_text(json.dumps(suite))
    load_suites("landing", folder)


def _set(*path: str | int, to: Any) -> Callable[[dict[str, Any]], None]:
    def change(suite: dict[str, Any]) -> None:
        target: Any = suite
        for part in path[:-1]:
            target = target[part]
        target[path[-1]] = to

    return change


def _drop(*path: str | int) -> Callable[[dict[str, Any]], None]:
    def change(suite: dict[str, Any]) -> None:
        target: Any = suite
        for part in path[:-1]:
            target = target[part]
        del target[path[-1]]

    return change


def test_a_sound_suite_is_read(tmp_path: Path) -> None:
    _read(tmp_path, _suite())


QUERY = ("expectations", 2, "kwargs", "unexpected_rows_query")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (_drop("expectations", 0), "the first expectation must be expect_table_row_count_to_be_between"),
        (_set("expectations", 0, "kwargs", to={"min_value": 0}), "the first expectation must be"),
        (_set("expectations", to=[]), "the first expectation must be"),
        (
            _drop("expectations", 1, "meta", "why"),
            r"expectation 2 \(expect_column_values_to_not_be_null\), meta: missing why",
        ),
        (_set("expectations", 1, "meta", "remedy", to=" "), "meta.remedy: it is empty"),
        (_set("expectations", 1, "severity", to="info"), "'info' is neither critical nor warning"),
        (_set("expectations", 1, "id", to="4f1"), "unknown key id"),
        (_set("id", to="4f1"), "unknown key id"),
        (_set("meta", "great_expectations_version", to="1"), "unknown key great_expectations_version"),
        (_set("expectations", 1, "type", to="not_null"), "not a Great Expectations type"),
        (_set("expectations", 1, "kwargs", "column", to="phone_number"), "copy the personal column phone_number"),
        (_set(*QUERY, to="select 1 from landing.customer"), "must read {batch}"),
        (_set(*QUERY, to="select 1 from {batch} where x = $today"), "unknown parameter today; there are: .as_of_date"),
        (_drop("expectations", 2, "meta", "label"), "a query needs a label"),
        (_set("meta", "key", to=["customer_id"]), "the landing contract has customer_id, valid_from_date"),
        (_set("meta", "key", to=["id; drop table x"]), "name the columns that tell rows apart"),
        (_set("meta", "rows", to="run"), "'run' is none of current, delivered"),
        (_set("meta", "window_days", to="31"), "a whole number of days"),
        (
            _set("meta", "table", to="landing.client"),
            "must be called landing.customer and check a table",
        ),
        (_set("expectations", 0, "severity", to="warning"), "the row count must be critical, as the landing contract"),
    ],
)
def test_what_is_wrong_in_a_suite_is_refused_with_its_place(
    change: Callable[[dict[str, Any]], None], message: str, tmp_path: Path
) -> None:
    suite = _suite()
    change(suite)
    with pytest.raises(LoudongError, match=message) as caught:
        _read(tmp_path, suite)
    assert str(tmp_path / "landing" / "customer.json") in str(caught.value)


def test_two_checks_of_the_same_name_are_refused(tmp_path: Path) -> None:
    suite = _suite()
    suite["expectations"].append(suite["expectations"][1])
    with pytest.raises(LoudongError, match="two checks are called expect_column_values_to_not_be_null onboarded_date"):
        _read(tmp_path, suite)


def test_a_folder_without_suites_is_refused(tmp_path: Path) -> None:
    (tmp_path / "scores").mkdir()
    with pytest.raises(LoudongError, match="the scores gate would check nothing"):
        load_suites("scores", tmp_path)


def test_text_that_is_not_json_is_refused(tmp_path: Path) -> None:
    (tmp_path / "marts").mkdir()
    (tmp_path / "marts" / "dim_customer.json").write_text("{,}")
    with pytest.raises(LoudongError, match="not JSON"):
        load_suites("marts", tmp_path)
