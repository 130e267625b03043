"""Reasons: what moved a customer's score towards risk most, from exact TreeSHAP values in log odds.

Contributions are summed per reason group, so that near-equal features do not crowd the list; each group is told by
its strongest feature. Ties are broken by name. Four is the customary number (Regulation B, 1002.9(b)(2)).
"""

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
    shap: npt.NDArray[np.float64], rows: list[dict[str, Any]], features: tuple[Feature, ...]
) -> list[list[dict[str, Any]]]:
    """For each row up to four reasons in order. `rows` holds the feature values as they stand in the mart."""
    groups = sorted({feature.reason_group for feature in features})
    members = {group: [i for i, feature in enumerate(features) if feature.reason_group == group] for group in groups}
    totals = np.column_stack([shap[:, members[group]].sum(axis=1) for group in groups])
    order = np.argsort(-totals, axis=1, kind="stable")[:, :MOST_REASONS]
    told = []
    for index, row in enumerate(rows):
        mine = []
        for position in order[index]:
            if totals[index, position] < LEAST_CONTRIBUTION:
                break
            inside = members[groups[position]]
            strongest = features[min(inside, key=lambda i: (-shap[index, i], features[i].name))]
            mine.append(_reason(strongest, row[strongest.name], float(totals[index, position])))
        told.append(mine)
    return told


def _reason(feature: Feature, value: Any, contribution: float) -> dict[str, Any]:
    plain = value if value is None or isinstance(value, str | bool) else float(value)
    return {
        "feature": feature.name,
        "group": feature.reason_group,
        "value": plain,
        "contribution": round(contribution, 4),
        "en": feature.reason_en.replace("{value}", _shown(plain, feature.unit, "unknown", "yes", "no")),
        "zh": feature.reason_zh.replace("{value}", _shown(plain, feature.unit, "未知", "是", "否")),
    }


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
