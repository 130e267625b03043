"""Promises of the reasons: exact contributions, at most four, the largest first, told as a person reads them."""

from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pytest

from models.boosting import Shape, fit
from models.explanation import MOST_REASONS, contributions, reasons
from models.features import Feature

if TYPE_CHECKING:
    import lightgbm

Floats = npt.NDArray[np.float64]


def feature(name: str, group: str | None = None, unit: str = "day", data_type: str = "double precision") -> Feature:
    return Feature(name, data_type, unit, group or name, f"{name} is {{value}}", f"{name}为{{value}}", 0)


LEARNED = tuple(
    replace(feature(name), monotone=sign)
    for name, sign in (("whole", 1), ("gappy", 0), ("score", -1), ("place", 0), ("amount", 0), ("noise", 0))
)


def draw() -> tuple[Floats, Floats]:
    """Rows of which one column, `gappy`, has missing values; amounts to the cent, places as small whole numbers."""
    generator = np.random.default_rng(8)
    values = generator.normal(size=(2_000, len(LEARNED)))
    values[:, 3] = generator.integers(0, 5, len(values))
    values[:, 4] = (values[:, 4] * 3e6).round(2)
    log_odds = values[:, 0] - values[:, 2] + values[:, 1] * (values[:, 3] - 2) + values[:, 4] / 3e6 - 1
    bad = (generator.random(len(values)) < 1 / (1 + np.exp(-log_odds))).astype(float)
    values[generator.random(len(values)) < 0.3, 1] = np.nan
    return values, bad


@pytest.fixture(scope="module")
def booster() -> "lightgbm.Booster":
    return fit(*draw(), LEARNED, Shape(num_leaves=12), 40)


def shown() -> dict[str, Floats]:
    """Rows to explain, by what is special about them."""
    values = draw()[0][:300]
    holes = np.random.default_rng(9).random(values.shape) < 0.4
    return {
        "as learned": values,
        "missing where it never was": np.where(holes, np.nan, values),
        "all missing": np.full((2, len(LEARNED)), np.nan),
        "far outside": np.vstack([values[:20] * 1e9, -values[:20] * 1e9]),
        "one row": values[:1],
    }


@pytest.mark.parametrize("kind", shown())
def test_contributions_are_those_of_lightgbm_itself(booster: "lightgbm.Booster", kind: str) -> None:
    values = shown()[kind]
    exact = np.asarray(booster.predict(values, pred_contrib=True))[:, :-1]
    ours = contributions(booster, values)
    assert ours.shape == (len(values), len(LEARNED))
    assert np.abs(exact).max() > 0.05
    assert np.abs(ours - exact).max() < 1e-4


@pytest.mark.parametrize("kind", shown())
def test_contributions_and_the_expected_score_add_up_to_the_raw_score(booster: "lightgbm.Booster", kind: str) -> None:
    values = shown()[kind]
    expected = np.asarray(booster.predict(values, pred_contrib=True))[:, -1]
    assert np.ptp(expected) < 1e-9
    raw = np.asarray(booster.predict(values, raw_score=True))
    assert np.abs(contributions(booster, values).sum(axis=1) + expected - raw).max() < 1e-4


def test_a_model_without_a_split_has_no_contributions_and_gives_no_reason() -> None:
    values, bad = draw()
    booster = fit(values[:80], bad[:80], LEARNED, Shape(num_leaves=12), 3)
    shap = contributions(booster, values[:2])
    assert shap.tolist() == [[0.0] * len(LEARNED)] * 2
    columns = {feature.name: [1.0, 1.0] for feature in LEARNED}
    assert reasons(shap, columns, LEARNED) == [[], []]


def test_reasons_of_a_real_model_are_at_most_four_rising_to_risk_and_in_falling_order(
    booster: "lightgbm.Booster",
) -> None:
    names = [feature.name for feature in LEARNED]
    values = draw()[0][:300]
    rows = [
        {name: None if np.isnan(value) else value for name, value in zip(names, row, strict=True)}
        for row in values.tolist()
    ]
    told = reasons(contributions(booster, values), dict(zip(names, values.T.tolist(), strict=True)), LEARNED)
    assert len(told) == len(rows)
    assert {len(mine) for mine in told} >= {1, 2, 3, MOST_REASONS}
    assert max(len(mine) for mine in told) == MOST_REASONS == 4
    for row, mine in zip(rows, told, strict=True):
        moved = [reason["contribution"] for reason in mine]
        assert moved == sorted(moved, reverse=True)
        assert all(amount > 0 for amount in moved)
        assert {reason["feature"] for reason in mine} <= set(names)
        assert [reason["value"] for reason in mine] == [row[reason["feature"]] for reason in mine]


def tell(moved: dict[Feature, float], **values: Any) -> list[dict[str, Any]]:
    """Reasons of one customer, from contributions by feature; a value not given is 1."""
    columns = {feature.name: [values.get(feature.name, 1.0)] for feature in moved}
    return reasons(np.array([list(moved.values())]), columns, tuple(moved))[0]


def told_features(moved: dict[Feature, float]) -> list[str]:
    return [reason["feature"] for reason in tell(moved)]


def test_the_four_largest_are_told_the_largest_first() -> None:
    moved = {feature(name): amount for name, amount in zip("abcdef", (0.1, 0.6, 0.3, 0.5, 0.2, 0.4), strict=True)}
    told = tell(moved)
    assert [reason["feature"] for reason in told] == ["b", "d", "f", "c"]
    assert [reason["contribution"] for reason in told] == [0.6, 0.5, 0.4, 0.3]


def test_what_lowers_the_risk_or_does_not_move_it_is_no_reason() -> None:
    assert told_features({feature("a"): -0.7, feature("b"): 0.2, feature("c"): 0.0, feature("d"): 1e-9}) == ["b"]
    assert told_features({feature("a"): -0.7, feature("b"): 0.0}) == []


def test_a_group_counts_with_the_sum_of_its_members_and_is_told_by_its_strongest() -> None:
    moved = {
        feature("alone"): 0.5,
        feature("weak", "arrears"): 0.25,
        feature("strong", "arrears"): 0.4,
        feature("against", "arrears"): -0.05,
    }
    told = tell(moved, strong=7.0)
    assert [(reason["group"], reason["feature"], reason["contribution"]) for reason in told] == [
        ("arrears", "strong", 0.6),
        ("alone", "alone", 0.5),
    ]
    assert told[0]["en"] == "strong is 7"


def test_a_group_whose_members_cancel_out_is_no_reason() -> None:
    moved = {feature("a", "arrears"): 0.4, feature("b", "arrears"): -0.5, feature("c"): 0.1}
    assert told_features(moved) == ["c"]


def test_ties_are_broken_by_name_whatever_order_the_features_have() -> None:
    tied = [feature(name) for name in ("d", "b", "e", "a", "c")]
    assert told_features(dict.fromkeys(tied, 0.3)) == ["a", "b", "c", "d"]
    assert told_features(dict.fromkeys(tied[::-1], 0.3)) == ["a", "b", "c", "d"]


def test_tied_members_of_a_group_do_not_depend_on_the_order_of_the_features() -> None:
    tied = [feature(name, "arrears") for name in ("b", "c", "a")]
    assert told_features(dict.fromkeys(tied, 0.3)) == told_features(dict.fromkeys(tied[::-1], 0.3))


@pytest.mark.parametrize(
    ("unit", "value", "en", "zh"),
    [
        ("ratio", 0.1234, "12.3%", "12.3%"),
        ("ratio", 1.5, "150.0%", "150.0%"),
        ("ratio", -0.25, "-25.0%", "-25.0%"),
        ("ratio", None, "unknown", "未知"),
        ("none", True, "yes", "是"),
        ("none", False, "no", "否"),
        ("none", None, "unknown", "未知"),
        ("code", "retail", "retail", "retail"),
        ("code", None, "unknown", "未知"),
        ("day", 45, "45", "45"),
        ("day", 0, "0", "0"),
        ("day", 2.456, "2.46", "2.46"),
        ("currency", Decimal("1234567.89"), "1,234,568", "1,234,568"),
        ("currency", Decimal("-1234.40"), "-1,234", "-1,234"),
        ("currency", None, "unknown", "未知"),
    ],
)
def test_a_value_is_shown_as_a_person_reads_it(unit: str, value: Any, en: str, zh: str) -> None:
    (reason,) = tell({feature("a", unit=unit): 0.5}, a=value)
    assert (reason["en"], reason["zh"]) == (f"a is {en}", f"a为{zh}")


@pytest.mark.parametrize("value", [None, True, "retail", 3.5])
def test_a_reason_keeps_the_value_itself_beside_the_text(value: Any) -> None:
    (reason,) = tell({feature("a"): 0.5}, a=value)
    assert reason["value"] is value or reason["value"] == value
    assert type(reason["value"]) is type(value)


@pytest.mark.parametrize(("value", "en"), [(1.0, "a is yes"), (0.0, "a is no"), (np.nan, "a is unknown")])
def test_a_boolean_that_came_as_a_number_is_told_as_one(value: float, en: str) -> None:
    (reason,) = tell({feature("a", data_type="boolean"): 0.5}, a=value)
    assert reason["en"] == en
    assert reason["value"] is (None if np.isnan(value) else bool(value))


def test_every_customer_has_reasons_of_his_own() -> None:
    features = (feature("a"), feature("b"))
    columns = {"a": [1.0, 3.0, 5.0], "b": [2.0, 4.0, 6.0]}
    told = reasons(np.array([[0.5, -0.1], [-0.2, 0.4], [-0.1, -0.1]]), columns, features)
    assert [[reason["en"] for reason in mine] for mine in told] == [["a is 1"], ["b is 4"], []]
