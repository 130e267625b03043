"""The landing contract: one YAML file per entity says which columns a delivered file has.

Everything that reads or writes landing files (loader, generator, converters, migrations, docs) takes names, order,
types and keys from here.
"""

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from loudong.errors import LoudongError
from loudong.yaml_file import read_yaml

CONTRACT_DIR = Path(__file__).with_name("contracts")

SQL_TYPES = {
    "text": "text",
    "integer": "integer",
    "numeric": "numeric(18, 4)",
    "date": "date",
    "timestamp": "timestamptz",
    "boolean": "boolean",
}


@dataclass(frozen=True)
class Column:
    """One column of an entity. `minimum` and `maximum` are inclusive; `codes` is empty where any text is allowed.

    `added` marks a column that came after rows of the entity had landed: it is nullable, and where it is empty a row
    is the same as before.
    """

    name: str
    type: str
    description: str
    nullable: bool = False
    personal: bool = False
    unit: str | None = None
    codes: tuple[str, ...] = ()
    minimum: float | None = None
    maximum: float | None = None
    added: bool = False

    @property
    def sql_type(self) -> str:
        return SQL_TYPES[self.type]


# Every delivered file may carry these two beside its own columns.
DELIVERY_COLUMNS = (
    Column("observed_at", "timestamp", "moment the source knew this version of the row", nullable=True),
    Column("is_deleted", "boolean", "true: the source deleted the row", nullable=True),
)


@dataclass(frozen=True)
class Entity:
    """One landing table. `key` is the natural key, `effective` the column that says when the row took effect."""

    name: str
    load_order: int
    is_required: bool
    grain: str
    key: tuple[str, ...]
    effective: str
    columns: tuple[Column, ...]

    @property
    def column_names(self) -> tuple[str, ...]:
        return tuple(column.name for column in self.columns)

    def column(self, name: str) -> Column:
        return next(column for column in self.columns if column.name == name)


def _parse(path: Path) -> Entity:
    raw: dict[str, Any] = read_yaml(path)
    columns = tuple(
        Column(
            name=column["name"],
            type=column["type"],
            description=column["description"],
            nullable=column.get("nullable", False),
            personal=column.get("personal", False),
            unit=column.get("unit"),
            codes=tuple(column.get("codes", ())),
            minimum=column.get("min"),
            maximum=column.get("max"),
            added=column.get("added", False),
        )
        for column in raw["columns"]
    )
    return Entity(
        name=raw["entity"],
        load_order=raw["load_order"],
        is_required=raw["is_required"],
        grain=raw["grain"],
        key=tuple(raw["key"]),
        effective=raw["effective"],
        columns=columns,
    )


@cache
def entities() -> dict[str, Entity]:
    """All entities by name, in load order (what others refer to comes first)."""
    parsed = [_parse(path) for path in CONTRACT_DIR.glob("*.yml")]
    return {entity.name: entity for entity in sorted(parsed, key=lambda entity: entity.load_order)}


def entity(name: str) -> Entity:
    """The entity called `name`; a LoudongError names the known ones otherwise."""
    try:
        return entities()[name]
    except KeyError:
        raise LoudongError(f"unknown entity '{name}'; the landing contract has: {', '.join(entities())}") from None
