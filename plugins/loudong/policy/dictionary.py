"""The feature dictionary as policy sees it: which columns a rule may look at."""

from functools import cache
from pathlib import Path
from typing import Any

from loudong.errors import LoudongError
from loudong.settings import get_settings
from loudong.yaml_file import read_yaml

_NUMERIC = ("smallint", "integer", "bigint", "numeric", "double precision", "real", "int", "float8", "decimal")


def dictionary_path() -> Path:
    """Where dbt describes marts.fct_customer_features column by column."""
    return get_settings().project_dir / "dbt_project" / "models" / "features" / "fct_customer_features.yml"


def indicators() -> dict[str, str]:
    """Columns of marts.fct_customer_features that policy may use, with their kind: boolean or number."""
    path = dictionary_path()
    if not path.is_file():
        raise LoudongError(f"{path} is missing: it names the indicators that policy may use")
    kinds: dict[str, str] = {}
    for column in _columns(path):
        data_type = str(column["data_type"]).lower()
        if data_type in ("boolean", "bool"):
            kinds[column["name"]] = "boolean"
        elif data_type.split("(")[0].strip() in _NUMERIC:
            kinds[column["name"]] = "number"
    return kinds


def families() -> dict[str, str]:
    """The family of each column of marts.fct_customer_features: the part of the SQL it comes from."""
    return {column["name"]: column["config"]["meta"]["family"] for column in _columns(dictionary_path())}


def labels() -> dict[str, dict[str, str]]:
    """What people call each column of marts.fct_customer_features, by language (`en`, `zh`)."""
    found: dict[str, dict[str, str]] = {}
    for column in _columns(dictionary_path()):
        meta = column["config"]["meta"]
        found[column["name"]] = {"en": meta["label_en"], "zh": meta["label_zh"]}
    return found


@cache
def _columns(path: Path) -> list[dict[str, Any]]:
    """The described columns of marts.fct_customer_features; reading them takes a fifth of a second."""
    models: list[dict[str, Any]] = read_yaml(path)["models"]
    return [column for model in models if model["name"] == "fct_customer_features" for column in model["columns"]]
