"""Rows for every entity that must not matter to a date: known later, or in effect later."""

import csv
from collections import defaultdict
from collections.abc import Iterable
from datetime import date, datetime
from pathlib import Path
from typing import Any

from loudong.landing.contract import Entity, entities
from loudong.portfolio.settings import PortfolioSettings, write_portfolio

Row = tuple[str, dict[str, Any]]
# Of each kind so many keys per entity, where there are that many.
KEYS = 4


def deliver(folder: Path, portfolio: PortfolioSettings, name: str, rows: Iterable[Row]) -> None:
    """Write rows as landing files called `name`, one per entity."""
    write_portfolio(folder, portfolio)
    by_entity = defaultdict(list)
    for entity, values in rows:
        by_entity[entity].append(values)
    for entity, mine in by_entity.items():
        place = folder / entity / portfolio.history_end_date.isoformat() / f"{name}.csv"
        place.parent.mkdir(parents=True, exist_ok=True)
        with place.open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, [*entities()[entity].column_names, "observed_at", "is_deleted"], restval="")
            writer.writeheader()
            writer.writerows(mine)


def later_versions(rows: list[Row], corrected_at: datetime, deleted_at: datetime) -> list[Row]:
    """Of every entity keys that say something else, what another key says, from `corrected_at` on, and keys that are
    taken back at `deleted_at`."""
    found: list[Row] = []
    for name, standing in _standing(rows).items():
        entity = entities()[name]
        for place, row in enumerate(standing[:KEYS]):
            other = standing[(place + 1) % len(standing)]
            said = {column: value for column, value in other.items() if column not in entity.key}
            found.append((name, {**row, **said, "observed_at": corrected_at.isoformat()}))
        for row in standing[-KEYS:]:
            found.append((name, {**row, "observed_at": deleted_at.isoformat(), "is_deleted": "true"}))
    return found


def new_keys(rows: list[Row], effective: date, observed_at: datetime) -> list[Row]:
    """Of every entity keys that take effect on `effective`; of the same customers, buildings and industries."""
    found: list[Row] = []
    for name, standing in _standing(rows).items():
        for row in standing[:KEYS]:
            found.append((name, {**_new(entities()[name], row, effective), "observed_at": observed_at.isoformat()}))
    return found


def _new(entity: Entity, row: dict[str, Any], effective: date) -> dict[str, Any]:
    made = dict(row)
    for column in entity.columns:
        is_name = column.type == "text" and not column.codes and column.name in entity.key
        if column.name == entity.effective:
            made[column.name] = f"{effective}T00:00:00+08:00" if column.type == "timestamp" else effective
        elif is_name and column.name not in ("customer_id", "industry_code") and entity.effective not in entity.key:
            made[column.name] = f"{row[column.name]}-new"
        elif column.nullable and (column.type == "date" or column.name == "close_reason_code"):
            made[column.name] = ""
    return made


def _standing(rows: list[Row]) -> dict[str, list[dict[str, Any]]]:
    """Rows by entity, one per key, of keys that were not taken back; the newest ones first."""
    newest: dict[str, dict[tuple[str, ...], dict[str, Any]]] = {name: {} for name in entities()}
    gone = set()
    for name, values in sorted(rows, key=lambda row: str(row[1]["observed_at"])):
        key = tuple(str(values[column]) for column in entities()[name].key)
        newest[name].pop(key, None)
        newest[name][key] = values
        if values.get("is_deleted"):
            gone.add((name, key))
    return {
        name: [values for key, values in reversed(mine.items()) if (name, key) not in gone]
        for name, mine in newest.items()
    }
