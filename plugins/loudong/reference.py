"""Reference pages: what the contracts and dictionaries say, as tables in `docs/`. Written by `make docs`.

Each page begins with prose; everything below its marker line comes from here.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from loudong.landing.contract import DELIVERY_COLUMNS, Column, entities
from loudong.settings import get_settings
from loudong.yaml_file import read_yaml

MARKER = "<!-- Below this line: written by `make docs`. -->\n"
TABLES = {"marts": "marts", "features": "marts", "label": "marts", "reporting": "bi"}


def landing_page() -> str:
    """One table per entity of the landing contract."""
    return "\n".join(_landing_lines())


def _landing_lines() -> Iterator[str]:
    for entity in entities().values():
        need = "required" if entity.is_required else "optional"
        yield f"\n## {entity.name}\n\n{need}; {entity.grain}."
        yield f"Key: {_codes(entity.key)}. Effective: `{entity.effective}`.\n"
        yield "| column | type | unit | may be empty | what it is |\n|---|---|---|---|---|"
        for column in entity.columns:
            is_needed = column.name in (*entity.key, entity.effective)
            yield _landing_row(column, "no" if is_needed or not column.nullable else "yes")
    yield "\n## In every file\n\n| column | type | unit | may be empty | what it is |\n|---|---|---|---|---|"
    yield from (_landing_row(column, "yes") for column in DELIVERY_COLUMNS)


def _landing_row(column: Column, may_be_empty: str) -> str:
    notes = [column.description]
    if column.codes:
        notes.append(f"one of {_codes(column.codes)}")
    if column.minimum is not None or column.maximum is not None:
        bounds = [_bound("at least", column.minimum), _bound("at most", column.maximum)]
        notes.append(" and ".join(bound for bound in bounds if bound))
    if column.personal:
        notes.append("personal: masked or left out in `bi`")
    return f"| `{column.name}` | {column.type} | {column.unit or ''} | {may_be_empty} | {'; '.join(notes)} |"


def _bound(words: str, value: float | None) -> str | None:
    return None if value is None else f"{words} {value:g}"


def _codes(names: tuple[str, ...]) -> str:
    return ", ".join(f"`{name}`" for name in names)


def dictionary_page() -> str:
    """One table per mart and reporting view; of the features also label, unit, use and definition."""
    return "\n".join(_dictionary_lines())


def _dictionary_lines() -> Iterator[str]:
    folder = get_settings().project_dir / "dbt_project" / "models"
    for layer, schema in TABLES.items():
        for path in sorted((folder / layer).glob("*.yml")):
            for model in read_yaml(path)["models"]:
                if model.get("columns") and not model["name"].startswith(("int_", "rpt_")):
                    yield f"\n## {schema}.{model['name']}\n\n{_one_line(model['description'])}\n"
                    yield from _columns(model["columns"])


def example_questions() -> dict[str, tuple[str, str]]:
    """The example that the description of each view of `bi` gives: the question and the query that answers it."""
    folder = get_settings().project_dir / "dbt_project" / "models" / "reporting"
    found = {}
    for path in sorted(folder.glob("*.yml")):
        for model in read_yaml(path).get("models", []):
            _, _, example = model["description"].partition("Example: ")
            if example:
                question, _, query = example.partition(": select ")
                found[model["name"]] = (question, f"select {query.rstrip('.')}")
    return found


def _columns(columns: list[dict[str, Any]]) -> Iterator[str]:
    if "meta" not in columns[0].get("config", {}):
        yield "| column | type | what it is |\n|---|---|---|"
        for column in columns:
            yield f"| `{column['name']}` | {column.get('data_type', '')} | {_one_line(column['description'])} |"
        return
    yield "| column | type | unit | what it is | 中文 | family | model | more means |"
    yield "|---|---|---|---|---|---|---|---|"
    direction = {1: "riskier", -1: "safer", 0: ""}
    for column in columns:
        meta = column["config"]["meta"]
        yield (
            f"| `{column['name']}` | {column['data_type']} | {meta['unit'].replace('none', '')} | {meta['label_en']} | "
            f"{meta['label_zh']} | {meta['family']} | {'yes' if meta['is_model_feature'] else ''} | "
            f"{direction[meta['monotone']]} |"
        )
    yield "\nHow each is worked out; the words are those of the top of this page.\n\n| column | definition |\n|---|---|"
    for column in columns:
        if definition := column["config"]["meta"].get("definition"):
            yield f"| `{column['name']}` | {_one_line(definition)} |"


def _one_line(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


PAGES = {"landing.md": landing_page, "data-dictionary.md": dictionary_page}


def renewed(path: Path) -> str:
    """The page at `path` with what lies below its marker written anew."""
    prose, marker, _ = path.read_text(encoding="utf-8").partition(MARKER)
    if not marker:
        raise ValueError(f"{path} lacks the marker line: {MARKER.strip()}")
    return f"{prose}{marker}{PAGES[path.name]()}\n"


def main() -> None:
    """Write every page."""
    for name in PAGES:
        path = get_settings().project_dir / "docs" / name
        path.write_text(renewed(path), encoding="utf-8")


if __name__ == "__main__":
    main()
