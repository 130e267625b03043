"""Text features as the numbers LightGBM takes: the position in a sorted list kept with the model."""

from typing import TYPE_CHECKING

import numpy as np

from models.features import Feature

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

Categories = dict[str, list[str]]


def encode(frame: "pd.DataFrame", features: tuple[Feature, ...], categories: Categories) -> "np.ndarray":
    """Rows x features of doubles. A text the model never saw is missing, as null is."""
    columns = []
    for feature in features:
        if feature.is_categorical:
            position = {value: float(index) for index, value in enumerate(categories[feature.name])}
            columns.append(frame[feature.name].map(position).astype("float64").to_numpy())
        else:
            columns.append(frame[feature.name].to_numpy(np.float64))
    return np.column_stack(columns)


def recode(
    values: "np.ndarray", features: tuple[Feature, ...], categories: Categories, wanted: Categories
) -> "np.ndarray":
    """Rows encoded with `categories` as they are with `wanted`: themselves where both are the same, else a copy."""
    if categories == wanted:
        return values
    values = values.copy()
    for place, feature in enumerate(features):
        if feature.is_categorical:
            position = {value: float(index) for index, value in enumerate(wanted[feature.name])}
            # The last one is for what is missing.
            codes = np.array([position.get(value, np.nan) for value in categories[feature.name]] + [np.nan])
            old = np.nan_to_num(values[:, place], nan=len(codes) - 1).astype(np.int64)
            values[:, place] = codes[old]
    return values


class TextCodes:
    """Numbers for the texts of one feature, batch by batch: in the order in which they came, until all are known."""

    def __init__(self) -> None:
        self._codes: dict[str, int] = {}

    def of(self, texts: "pa.Array") -> "np.ndarray":
        """The number of each text, missing for null."""
        encoded = texts.dictionary_encode()
        numbers = [float(self._codes.setdefault(text, len(self._codes))) for text in encoded.dictionary.to_pylist()]
        places = encoded.indices.to_numpy(zero_copy_only=False)
        known = ~np.isnan(places)
        codes = np.full(len(places), np.nan)
        codes[known] = np.array(numbers)[places[known].astype(np.int64)]
        return codes

    def sort(self, codes: "np.ndarray") -> list[str]:
        """Turn the numbers in `codes` into places in the sorted list of texts, which is given back."""
        texts = sorted(self._codes)
        known = ~np.isnan(codes)
        place = np.empty(len(texts))
        place[[self._codes[text] for text in texts]] = np.arange(len(texts))
        codes[known] = place[codes[known].astype(np.int64)]
        return texts
