"""Promises of the feature list: no feature twice, none that tells who a person is, a version that sees every change."""

import re
from collections.abc import Callable
from dataclasses import replace

import pytest

from models.features import Feature, feature_version, model_features

Features = tuple[Feature, ...]
FEATURES = model_features()
FORBIDDEN = {"sex", "gender", "marriage", "marital", "birth", "birthday", "name", "id", "ethnicity", "religion"}
# Ages of things; an age that is none of these would be a person's.
AGED = {"business", "contract", "score", "statement", "occupancy", "building"}


def test_every_feature_has_a_name_of_its_own() -> None:
    names = [feature.name for feature in FEATURES]
    assert len(names) > 100
    assert sorted(set(names)) == sorted(names)


def tells_who(name: str) -> bool:
    parts = name.split("_")
    ages = [before for before, part in zip(["", *parts], parts, strict=False) if part == "age"]
    return bool(FORBIDDEN & set(parts)) or not AGED.issuperset(ages)


def test_no_feature_tells_sex_marriage_birth_age_or_identity_of_a_person() -> None:
    assert [feature.name for feature in FEATURES if tells_who(feature.name)] == []
    assert tells_who("age_years")
    assert tells_who("sex_code")
    assert tells_who("customer_id")


def test_no_reason_speaks_of_sex_marriage_birth_age_or_identity_of_a_person() -> None:
    zh = re.compile("性别|婚姻|年龄|出生|姓名|民族|编号")
    en = re.compile(r"\b(sex|gender|marital|marriage|married|born|birth|name)\b", re.IGNORECASE)
    assert [feature.name for feature in FEATURES if zh.search(feature.reason_zh) or en.search(feature.reason_en)] == []


def test_keys_and_what_a_default_itself_says_are_no_features() -> None:
    names = {feature.name for feature in FEATURES}
    assert not names & {"customer_id", "building_id", "as_of_date", "run_id", "is_in_default", "bucket_code"}


def test_every_reason_shows_the_value_in_both_languages() -> None:
    assert [
        feature.name
        for feature in FEATURES
        if feature.reason_en.count("{value}") != 1 or feature.reason_zh.count("{value}") != 1
    ] == []


def test_no_two_features_read_the_same() -> None:
    assert len({feature.reason_en for feature in FEATURES}) == len(FEATURES)
    assert len({feature.reason_zh for feature in FEATURES}) == len(FEATURES)


def test_a_sign_is_up_down_or_none_and_a_text_has_none() -> None:
    assert {feature.monotone for feature in FEATURES} == {-1, 0, 1}
    assert [feature.name for feature in FEATURES if feature.is_categorical and feature.monotone] == []


def test_signs_say_that_arrears_are_never_safer_and_credit_scores_never_riskier() -> None:
    signs = {feature.name: feature.monotone for feature in FEATURES}
    assert (signs["dpd_days"], signs["worst_dpd_365d_days"], signs["credit_score_value"]) == (1, 1, -1)


def test_text_features_alone_are_categorical() -> None:
    assert {feature.name for feature in FEATURES if feature.is_categorical} == {
        feature.name for feature in FEATURES if feature.name.endswith("_code")
    }


@pytest.mark.parametrize(
    "change",
    [
        lambda features: (replace(features[0], monotone=1), *features[1:]),
        lambda features: (replace(features[0], name="other"), *features[1:]),
        lambda features: (replace(features[0], data_type="integer"), *features[1:]),
        lambda features: features[1:],
        lambda features: features[::-1],
    ],
    ids=["sign", "name", "type", "one fewer", "order"],
)
def test_the_version_changes_with_names_types_signs_and_order(change: Callable[[Features], Features]) -> None:
    assert feature_version(change(FEATURES)) != feature_version(FEATURES)


def test_the_version_stays_when_only_the_wording_of_a_reason_changes() -> None:
    reworded = (replace(FEATURES[0], reason_en="new {value}", reason_group="new"), *FEATURES[1:])
    assert feature_version(reworded) == feature_version(FEATURES)
    assert re.fullmatch("[0-9a-f]{12}", feature_version(FEATURES))
