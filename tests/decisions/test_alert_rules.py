"""Promises of what a rule says: at its edge, of several things at once, of groups, and where it cannot say."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import psycopg
import pytest
from alert_days import D1, D2, alerts, days
from risk_world import World, ask, feature_types, tell

from loudong.decisions.alert_outcomes import create_outcomes
from loudong.decisions.decide import create_decision_tables, decide
from loudong.decisions.statements import execute
from loudong.policy.alert_indicators import GROUP_INDICATORS, MODEL_INDICATORS
from loudong.policy.checks import COMPARE
from loudong.publishing.publish import publish
from loudong.warehouse.connect import connect

OUTCOMES = {"hit", "no_hit", "snoozed", "below_exposure", "error", "not_enough_data"}
STEP = {"integer": Decimal(1), "bigint": Decimal(1)}


def said() -> dict[str, dict[str, str]]:
    """What every rule said of every subject on the newest date that was decided."""
    letters: dict[str, dict[str, str]] = {}
    for subject, rule, letter in ask(
        "select subject.customer_id, rule.rule_code, substr(subject.outcomes, rule.rule_position, 1) "
        "from risk.subject_rule_outcome as subject inner join risk.rule_outcome as rule "
        "on rule.run_id = subject.run_id and rule.level_code = subject.subject_level and rule.outcome_code = 'hit' "
        "where subject.as_of_date = (select max(as_of_date) from risk.subject_rule_outcome)"
    ):
        letters.setdefault(subject, {})[rule] = letter
    return letters


def letters(customer_id: str) -> dict[str, str]:
    return said()[customer_id]


def at_the_edge(row: dict[str, Any]) -> tuple[Any, Any]:
    """A value that just meets the condition of a policy row, and one that just does not."""
    data_type = feature_types()[row["indicator"]]
    if data_type == "boolean":
        return row["threshold"] == 1, row["threshold"] != 1
    threshold, step = row["threshold"], STEP.get(data_type, Decimal("0.000001"))
    values = [threshold - step, threshold, threshold + step]
    meets = [COMPARE[row["operator"]](value, threshold) for value in values]
    first = meets.index(not meets[0])
    inside, outside = (values[first], values[first - 1]) if meets[first] else (values[first - 1], values[first])
    return inside, outside


def test_every_rule_about_customers_hits_from_its_threshold_on(world: World) -> None:
    rules = [
        row
        for row in world.policy.rows["alert_rule"]
        if row["level_code"] == "customer"
        and row["kind_code"] != "several"
        and row["indicator"] not in MODEL_INDICATORS
    ]
    assert len({row["rule_code"] for row in rules}) >= 20
    customers: dict[str, dict[str, Any]] = {}
    for number, row in enumerate(rules):
        inside, outside = at_the_edge(dict(row))
        indicator = str(row["indicator"])
        customers |= {
            f"H{number}": {"exposure_amount": row["min_exposure_amount"], indicator: inside},
            f"M{number}": {indicator: outside},
            f"B{number}": {"exposure_amount": Decimal(str(row["min_exposure_amount"])) - 1, indicator: inside},
            f"N{number}": {indicator: None},
        }
    days(world, D1, customers)
    letters = said()
    grades = {"minor": "1", "major": "2", "critical": "3"}
    for number, row in enumerate(rules):
        code, grade = str(row["rule_code"]), grades[str(row["severity"])]
        milder = [grades[str(other["severity"])] for other in rules if other["rule_code"] == code]
        fallen = [letter for letter in milder if letter < grade]
        assert letters[f"H{number}"][code] == grade, row
        assert letters[f"M{number}"][code] in ("-", *fallen), row
        assert letters[f"B{number}"][code] in ("b", *fallen), row
        assert letters[f"N{number}"][code] == "n", row


def test_every_rule_is_counted_with_every_outcome(world: World) -> None:
    days(world, D1, {"C1": {"dpd_days": 8}, "C2": {"dpd_days": None}, "C3": {}})
    rows = ask("select rule_code, outcome_code, subject_count from risk.rule_outcome")
    rules = {str(row["rule_code"]): str(row["level_code"]) for row in world.policy.rows["alert_rule"]}
    assert {row[:2] for row in rows} == {(rule, outcome) for rule in rules for outcome in OUTCOMES}
    counts = {row[:2]: row[2] for row in rows}
    for rule, level in rules.items():
        subjects = 3 if level == "customer" else 1
        assert sum(counts[rule, outcome] for outcome in OUTCOMES) == subjects, rule
    assert [counts["arrears", outcome] for outcome in ("hit", "no_hit", "not_enough_data")] == [1, 1, 1]


def test_several_conditions_hit_together_and_say_what_was_met(world: World) -> None:
    both = {"worst_dpd_365d_days": 76, "last_days_late": 31}
    days(
        world,
        D1,
        {
            "C1": both,
            "C2": both | {"last_days_late": 30},
            "C3": both | {"last_days_late": None},
            "C4": {"worst_dpd_365d_days": 75, "last_days_late": None},
        },
    )
    assert {name: letters(name)["late_again"] for name in ("C1", "C2", "C3", "C4")} == {
        "C1": "1",
        "C2": "-",
        "C3": "n",
        "C4": "-",
    }
    ((value, threshold, conditions),) = ask(
        "select value, threshold, evidence -> 'conditions' from risk.alert where rule_code = 'late_again'"
    )
    assert (value, threshold) == (2.0, 2.0)
    assert [(met["indicator"], met["value"]) for met in conditions] == [
        ("last_days_late", 31),
        ("worst_dpd_365d_days", 76),
    ]


def test_a_value_that_is_no_number_is_an_error_of_its_rule_alone(world: World) -> None:
    days(
        world,
        D1,
        {
            "C1": {"inflow_change_90d_ratio": float("nan"), "dpd_days": 8},
            "C2": {"inflow_change_90d_ratio": float("-inf")},
            "C3": {"inflow_change_90d_ratio": -0.95},
        },
    )
    said = {name: letters(name)["inflow_drop"] for name in ("C1", "C2", "C3")}
    assert said == {"C1": "e", "C2": "e", "C3": "2"}
    assert sorted(alerts("customer_id, rule_code")) == [("C1", "arrears"), ("C3", "inflow_drop")]
    assert ask(
        "select subject_count from risk.rule_outcome where rule_code = 'inflow_drop' and outcome_code = 'error'"
    ) == [(2,)]


def test_a_rule_whose_indicator_the_mart_lacks_is_an_error_and_stops_nothing(world: World) -> None:
    run = world.run(D1, {"C1": {"pd": 0.01, "dpd_days": 8}})
    tell("alter table marts.fct_customer_features rename complaint_90d_count to other_count")
    try:
        decide(run)
        publish(run)
    finally:
        tell("alter table marts.fct_customer_features rename other_count to complaint_90d_count")
    assert letters("C1")["complaints"] == "e"
    assert alerts("rule_code") == [("arrears",)]


def test_the_model_is_compared_with_what_it_said_90_days_before(world: World) -> None:
    days(world, D1, {"C1": {"pd": 0.05}, "C2": {"pd": 0.05}, "C3": {"pd": 0.05}})
    later = D1 + timedelta(days=90)
    days(world, later, {"C1": {"pd": 0.051}, "C2": {"pd": 0.4}, "C4": {"pd": 0.4}})
    assert {name: letters(name)["pd_rise"] for name in ("C1", "C2", "C4")} == {"C1": "-", "C2": "1", "C4": "n"}
    assert letters("C2")["pd_high"] in "12"


def group_of(count: int, **values: Any) -> dict[str, dict[str, Any]]:
    return {f"C{number}": values for number in range(count)}


def test_an_alert_of_a_building_is_about_it_and_goes_to_its_manager(world: World) -> None:
    days(world, D1, group_of(10, has_anchor_left_365d=True))
    assert alerts("rule_code, customer_id, subject_level, subject_id, owner_role, owner_id") == [
        ("anchor_lost", "~building:B1", "building", "B1", "building_manager", "M1")
    ]
    assert letters("~building:B1")["anchor_lost"] == "2"
    assert days(world, D2, group_of(10, has_anchor_left_365d=True)).alerts_opened == 0


def test_a_group_smaller_than_its_least_size_is_not_enough_data(world: World) -> None:
    days(world, D1, group_of(4, has_anchor_left_365d=True))
    assert letters("~building:B1")["anchor_lost"] == "n"
    assert alerts("1") == []


def test_indicators_of_groups_are_weighed_by_exposure(world: World) -> None:
    customers = group_of(8) | {
        "C8": {"dpd_days": 31, "past_due_amount": 50_000, "exposure_amount": 200_000},
        "C9": {"industry_code": "logistics", "is_in_default": True, "exposure_amount": 0},
    }
    days(world, D1, customers)
    ((value, evidence),) = ask("select value, evidence from risk.alert where rule_code = 'building_arrears'")
    assert value == pytest.approx(200_000 / 1_000_000)
    assert (evidence["customer_count"], evidence["exposure_amount"]) == (10, 1_000_000)
    assert ask("select distinct subject_level, subject_id from risk.alert where subject_level <> 'customer'") == [
        ("building", "B1")
    ]


def test_what_is_said_of_groups_is_what_the_policy_may_ask_for(world: World) -> None:
    run = world.run(D1, group_of(3, pd=0.01))
    with connect() as connection:
        create_decision_tables(connection, run)
        execute(connection, "customer_tier")
        create_outcomes(connection)
        found = {
            table: {column.name for column in connection.execute(f"select * from {table}".encode()).description or ()}
            for table in ("decision_group", "decision_score")
        }
    heads = {
        "customer_id",
        "subject_level",
        "subject_id",
        "subject_customer_count",
        "subject_exposure_amount",
        "building_manager_id",
        "relationship_manager_id",
    }
    assert found["decision_group"] - heads == {name for names in GROUP_INDICATORS.values() for name in names}
    assert found["decision_score"] - {"customer_id", "building_id", "industry_code"} == set(MODEL_INDICATORS)


def test_two_alerts_of_one_rule_and_subject_cannot_stand(world: World) -> None:
    days(world, D1, {"C1": {"dpd_days": 8}})
    with pytest.raises(psycopg.errors.UniqueViolation):
        tell(
            "insert into risk.alert (customer_id, subject_id, rule_code, rule_version, severity, indicator, threshold, "
            "owner_role, opened_date, due_date, last_hit_date, evidence, run_id) select customer_id, subject_id, "
            "rule_code, rule_version, severity, indicator, threshold, owner_role, opened_date, due_date, "
            "last_hit_date, evidence, run_id from risk.alert"
        )
