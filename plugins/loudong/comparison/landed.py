"""The landed versions that a standing run did not know: what made the difference between then and now."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from psycopg import sql

from loudong.comparison.late import effective_day
from loudong.comparison.standing import Standing
from loudong.landing.contract import Entity, entities
from loudong.warehouse.connect import Connection

# A version counts for the date when it took effect by then, or when it replaces one that had.
_UNKNOWN = """
    (version.observed_at >= {cutoff} or version.landed_at > {started})
    and (version.effective_date <= {day} or version.effective_before <= {day})
"""


@dataclass(frozen=True)
class LandedRow:
    """One version that the standing run did not know. `change` is `new`, `changed` or `deleted`; `values` holds the
    columns that it changed, each as (before, after); of a new row all that are not null."""

    entity: str
    key: dict[str, str]
    observed_at: datetime
    landed_at: datetime
    change: str
    values: dict[str, tuple[Any, Any]]
    path: str
    line: int


def changed_rows(
    connection: Connection, standing: Standing, customer_id: str, building_ids: list[str], industry_codes: list[str]
) -> list[LandedRow]:
    """Versions of the customer, its buildings and its industry that the standing run did not know, newest first."""
    rows: list[LandedRow] = []
    for entity in entities().values():
        condition, values = _about(entity, customer_id, building_ids, industry_codes)
        found = connection.execute(
            sql.SQL(
                "select version.content, version.before, version.observed_at, version.landed_at, file.path, "
                "version.file_line from ({}) as version inner join ops.landing_file as file using (file_id) where "
            ).format(_versions(entity, standing.timezone, condition))
            + _unknown(standing),
            values,
        ).fetchall()
        rows += [_row(entity, *one) for one in found]
    return sorted(rows, key=lambda row: (row.observed_at, row.entity, str(row.key)), reverse=True)


def rows_of_others(
    connection: Connection, standing: Standing, customer_id: str, entities_of_mine: set[str]
) -> dict[str, int]:
    """How many versions of other customers the standing run did not know, by entity; entities without any left out."""
    counts = {}
    for entity in entities().values():
        if "customer_id" not in entity.column_names:
            continue
        row = connection.execute(
            sql.SQL(
                "select count(*) from (select version.*, {effective} as effective_date, null::date as effective_before "
                "from {table} as version where version.customer_id <> %s) as version where "
            ).format(effective=effective_day(entity, standing.timezone), table=sql.Identifier("landing", entity.name))
            + _unknown(standing),
            (customer_id,),
        ).fetchone()
        counts[entity.name] = row[0] if row else 0
    return {name: count for name, count in counts.items() if count}


def _about(
    entity: Entity, customer_id: str, building_ids: list[str], industry_codes: list[str]
) -> tuple[sql.SQL, tuple[object, ...]]:
    if entity.name == "related_party":
        return sql.SQL("customer_id = %s or related_customer_id = %s"), (customer_id, customer_id)
    if "customer_id" in entity.column_names:
        return sql.SQL("customer_id = %s"), (customer_id,)
    if "industry_code" in entity.column_names:
        return sql.SQL("industry_code = any (%s)"), (industry_codes,)
    return sql.SQL("building_id = any (%s)"), (building_ids,)


def _versions(entity: Entity, timezone: str, condition: sql.SQL) -> sql.Composable:
    """Every version of the rows about somebody, each with the one before it."""
    return sql.SQL(
        "select version.*, to_jsonb(version) as content, {effective} as effective_date, "
        "lag(to_jsonb(version)) over versions as before, lag({effective}) over versions as effective_before "
        "from {table} as version where {condition} "
        "window versions as (partition by {key} order by version.observed_at, version.content_hash)"
    ).format(
        effective=effective_day(entity, timezone),
        table=sql.Identifier("landing", entity.name),
        condition=condition,
        key=sql.SQL(", ").join(map(sql.Identifier, entity.key)),
    )


def _unknown(standing: Standing) -> sql.Composable:
    return sql.SQL(_UNKNOWN).format(
        cutoff=sql.Literal(standing.cutoff_at),
        started=sql.Literal(standing.started_at),
        day=sql.Literal(standing.as_of_date),
    )


def _row(
    entity: Entity,
    content: dict[str, Any],
    before: dict[str, Any] | None,
    observed_at: datetime,
    landed_at: datetime,
    path: str,
    line: int,
) -> LandedRow:
    was_there = before is not None and not before["is_deleted"]
    old = before if before is not None and was_there else {}
    if content["is_deleted"]:
        change, values = "deleted", {}
    else:
        change = "changed" if was_there else "new"
        names = [column for column in entity.columns if column.name not in entity.key]
        values = {
            column.name: _hidden(column.personal, old.get(column.name), content[column.name])
            for column in names
            if old.get(column.name) != content[column.name]
        }
    key = {name: str(content[name]) for name in entity.key}
    return LandedRow(entity.name, key, observed_at, landed_at, change, values, path, line)


def _hidden(is_personal: bool, before: Any, after: Any) -> tuple[Any, Any]:
    """Both values, or, of a person's name and the like, only whether there is one."""
    if not is_personal:
        return before, after
    return None if before is None else "(hidden)", None if after is None else "(hidden, another)"
