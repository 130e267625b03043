"""The feature dictionary: which columns of the feature mart the model may use, and how a reason reads.

It lies beside the mart's SQL; nothing here repeats it.
"""

import hashlib
import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from loudong.settings import PROJECT_DIR
from loudong.yaml_file import read_yaml

DICTIONARY = PROJECT_DIR / "dbt_project" / "models" / "features" / "fct_customer_features.yml"


@dataclass(frozen=True)
class Feature:
    """One model feature. `monotone`: 1 where more is never less risky, -1 where less is never less risky, else 0."""

    name: str
    data_type: str
    unit: str
    reason_group: str
    reason_en: str
    reason_zh: str
    monotone: int

    @property
    def is_categorical(self) -> bool:
        return self.data_type == "text"


@cache
def model_features(path: Path = DICTIONARY) -> tuple[Feature, ...]:
    """The model's features in the dictionary's order."""
    columns: list[dict[str, Any]] = read_yaml(path)["models"][0]["columns"]
    return tuple(
        Feature(
            name=column["name"],
            data_type=column["data_type"],
            unit=meta["unit"],
            reason_group=meta["reason_group"],
            reason_en=meta["reason_en"],
            reason_zh=meta["reason_zh"],
            monotone=meta["monotone"],
        )
        for column in columns
        if (meta := column["config"]["meta"])["is_model_feature"]
    )


def feature_version(features: tuple[Feature, ...]) -> str:
    """Twelve hex digits over names, types and signs: a model fits just the list it was trained on."""
    text = json.dumps([[feature.name, feature.data_type, feature.monotone] for feature in features])
    return hashlib.sha256(text.encode()).hexdigest()[:12]
