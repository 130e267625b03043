"""Text features as the numbers LightGBM takes: the position in a sorted list kept with the model."""

from typing import TYPE_CHECKING

import numpy as np

from models.features import Feature

if TYPE_CHECKING:
    import pandas as pd

Categories = dict[str, list[str]]


def learn_categories(frame: "pd.DataFrame", features: tuple[Feature, ...]) -> Categories:
    """The values of each text feature, sorted."""
    return {
        feature.name: sorted(str(value) for value in frame[feature.name].dropna().unique())
        for feature in features
        if feature.is_categorical
    }


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
