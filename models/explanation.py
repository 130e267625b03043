"""Reasons: what moved a customer's score towards risk most, from exact TreeSHAP values in log odds.

Contributions are summed per reason group, so that near-equal features do not crowd the list; each group is told by
its strongest feature. Ties are broken by name. Four is the customary number (Regulation B, 1002.9(b)(2)).
"""

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from models.features import Feature

if TYPE_CHECKING:
    import lightgbm

MOST_REASONS = 4
# Contributions smaller than this (log odds) move no score point.
LEAST_CONTRIBUTION = 1e-3


def contributions(booster: "lightgbm.Booster", values: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Rows x features: exact path-dependent TreeSHAP values (woodelf; equal to LightGBM's own to 1e-4)."""
    import pandas as pd
    from woodelf import WoodelfExplainer

    frame = pd.DataFrame(values, columns=booster.feature_name())
    shap = WoodelfExplainer(booster).shap_values(frame, verbose=False)
    result: npt.NDArray[np.float64] = np.asarray(shap, dtype=np.float64)
    return result


def reasons(
    shap: npt.NDArray[np.float64], columns: Mapping[str, Sequence[Any]], features: tuple[Feature, ...]
) -> list[list[dict[str, Any]]]:
    """For each row up to four reasons in order. `columns` holds all rows' values of the features that move any."""
    groups = sorted({feature.reason_group for feature in features})
    # Within a group by name, so that the first of equals is told.
    by_name = sorted(range(len(features)), key=lambda position: features[position].name)
    members = [[position for position in by_name if features[position].reason_group == group] for group in groups]
    totals = np.column_stack([shap[:, inside].sum(axis=1) for inside in members])
    strongest = np.column_stack([np.array(inside)[shap[:, inside].argmax(axis=1)] for inside in members])
    order = np.argsort(-totals, axis=1, kind="stable")[:, :MOST_REASONS]
    largest = np.take_along_axis(totals, order, axis=1)
    leading = np.take_along_axis(strongest, order, axis=1)
    return [
        [
            _reason(features[position], columns[features[position].name][index], total)
            for position, total in zip(positions, moved, strict=True)
            if total >= LEAST_CONTRIBUTION
        ]
        for index, (positions, moved) in enumerate(zip(leading.tolist(), largest.tolist(), strict=True))
    ]


def _reason(feature: Feature, value: Any, contribution: float) -> dict[str, Any]:
    plain = _plain(feature, value)
    return {
        "feature": feature.name,
        "group": feature.reason_group,
        "value": plain,
        "contribution": round(contribution, 4),
        "en": feature.reason_en.replace("{value}", _shown(plain, feature.unit, "unknown", "yes", "no")),
        "zh": feature.reason_zh.replace("{value}", _shown(plain, feature.unit, "未知", "是", "否")),
    }


def _plain(feature: Feature, value: Any) -> str | bool | float | None:
    """A value as JSON keeps it: NaN is null, and 0 and 1 of a boolean feature are false and true."""
    if value is None or isinstance(value, str | bool):
        return value
    if math.isnan(value):
        return None
    return bool(value) if feature.data_type == "boolean" else float(value)


def _shown(value: str | bool | float | None, unit: str, unknown: str, yes: str, no: str) -> str:
    if value is None:
        return unknown
    if isinstance(value, bool):
        return yes if value else no
    if isinstance(value, str):
        return value
    if unit == "ratio":
        return f"{value:.1%}"
    return f"{value:,.0f}" if abs(value) >= 100 or value == round(value) else f"{value:.2f}"
