"""Promises of the encoding: text becomes its place in a sorted list; what the model never saw is missing as null is."""

import json

import numpy as np
import pandas as pd
import pyarrow as pa

from models.encoding import Categories, TextCodes, encode, recode
from models.features import Feature
from models.panel import as_numbers


def feature(name: str, data_type: str) -> Feature:
    return Feature(name, data_type, "none", "group", "{value}", "{value}", 0)


INDUSTRY, AMOUNT, FLAG = feature("industry_code", "text"), feature("amount", "numeric"), feature("is_late", "boolean")
FEATURES = (INDUSTRY, AMOUNT, FLAG)


def frame(*industries: str | None) -> pd.DataFrame:
    rows = [(industry, float(number), 1.0) for number, industry in enumerate(industries)]
    return pd.DataFrame(rows, columns=["industry_code", "amount", "is_late"])


def learn_categories(*batches: pd.DataFrame) -> Categories:
    """The sorted texts of rows that come in batches."""
    codes = TextCodes()
    numbers = np.concatenate([codes.of(pa.array(batch["industry_code"], pa.string())) for batch in batches])
    return {"industry_code": codes.sort(numbers)}


def test_a_text_is_its_place_in_the_sorted_list_whatever_order_the_rows_have() -> None:
    for rows in (frame("retail", "catering", None, "office"), frame("office", "retail", "retail", "catering")):
        categories = learn_categories(rows)
        assert categories == {"industry_code": ["catering", "office", "retail"]}
        places = dict(zip(rows["industry_code"], encode(rows, FEATURES, categories)[:, 0], strict=True))
        assert {name: places[name] for name in ("catering", "office", "retail")} == {
            "catering": 0.0,
            "office": 1.0,
            "retail": 2.0,
        }


def test_a_text_keeps_its_place_when_others_are_absent_from_the_rows() -> None:
    categories = {"industry_code": ["catering", "office", "retail"]}
    assert encode(frame("retail"), FEATURES, categories)[:, 0].tolist() == [2.0]


def test_a_text_the_model_never_saw_is_missing_as_null_is() -> None:
    categories = learn_categories(frame("catering", "retail"))
    encoded = encode(frame("mining", None, "Retail", "retail "), FEATURES, categories)
    assert np.isnan(encoded[:, 0]).all()
    assert encoded[:, 1].tolist() == [0.0, 1.0, 2.0, 3.0]


def test_a_text_feature_that_was_always_null_stays_missing() -> None:
    rows = frame(None, None)
    categories = learn_categories(rows)
    assert categories == {"industry_code": []}
    assert np.isnan(encode(rows, FEATURES, categories)[:, 0]).all()
    assert np.isnan(encode(frame("retail"), FEATURES, categories)[:, 0]).all()


def test_columns_stand_in_the_order_of_the_features_and_all_are_doubles() -> None:
    categories = {"industry_code": ["office"]}
    encoded = encode(frame("office", "office"), (AMOUNT, INDUSTRY), categories)
    assert encoded.dtype == np.float64
    assert encoded.tolist() == [[0.0, 0.0], [1.0, 0.0]]


def test_yes_no_and_null_of_the_mart_become_one_nought_and_missing() -> None:
    rows = pd.DataFrame({"industry_code": [None] * 3, "amount": [1, None, 2], "is_late": [True, False, None]})
    encoded = encode(as_numbers(rows, FEATURES), FEATURES, {"industry_code": []})
    assert encoded[:2, 2].tolist() == [1.0, 0.0]
    assert np.isnan(encoded[2, 2])
    assert np.isnan(encoded[1, 1])


def test_the_list_of_texts_survives_being_kept_with_the_model() -> None:
    rows = frame("餐饮", "retail", None)
    categories = learn_categories(rows)
    kept = json.loads(json.dumps(categories))
    assert np.array_equal(encode(rows, FEATURES, kept), encode(rows, FEATURES, categories), equal_nan=True)


def test_numbers_given_batch_by_batch_end_as_the_places_that_encoding_gives() -> None:
    batches = [frame("retail", None, "office"), frame(None), frame("catering", "retail", "mining", None)]
    codes = TextCodes()
    numbers = np.concatenate([codes.of(pa.array(batch["industry_code"], pa.string())) for batch in batches])
    categories = {"industry_code": codes.sort(numbers)}
    whole = encode(pd.concat(batches), FEATURES, categories)[:, 0]
    assert np.array_equal(numbers, whole, equal_nan=True)


def test_rows_encoded_for_one_model_are_read_by_another_as_if_encoded_for_it() -> None:
    rows = frame("retail", None, "office", "catering", "mining")
    one = {"industry_code": ["catering", "mining", "office", "retail"]}
    other = {"industry_code": ["bakery", "catering", "retail"]}
    encoded = encode(rows, FEATURES, one)
    assert np.array_equal(recode(encoded, FEATURES, one, other), encode(rows, FEATURES, other), equal_nan=True)
    assert recode(encoded, FEATURES, one, one) is encoded
    assert np.array_equal(encoded, encode(rows, FEATURES, one), equal_nan=True)
