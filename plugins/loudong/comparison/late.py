"""What became known late: versions about dates up to one that was published before, and unknown to the run of then."""

from dataclasses import dataclass
from datetime import date, datetime

from psycopg import sql

from loudong.landing.contract import Entity, entities
from loudong.transform.aside import SCHEMA
from loudong.warehouse.connect import Connection

_IS_LATE = """
    version.observed_at < {now}
    and (version.observed_at >= {cutoff_at} or version.file_id = any({files}))
    and (
        {effective} <= {day}
        or exists (
            select 1 from {table} as replaced
            where {same_key} and replaced.observed_at < version.observed_at and {replaced_effective} <= {day}
        )
    )
"""
# Of a version that is left out the one before stays in force, so that the chain of the key is made anew.
_LEAVE_OUT = """
    create table {late} as
    select {key}, version.observed_at, version.content_hash
    from {table} as version
    where ({is_late}) or version.file_id = any({landed_after});
    create index on {late} ({names});
    analyze {late};
    create table {kept} as
    select {names}, observed_at, content_hash, superseded_at
    from {superseded} as version
    where not exists (select 1 from {late} as late where {late_key})
    union all
    select {names}, observed_at, content_hash, superseded_at
    from (
        select
            {key}, version.observed_at, version.content_hash,
            lead(version.observed_at) over (
                partition by {key} order by version.observed_at, version.content_hash
            ) as superseded_at
        from (select distinct {names} from {late}) as touched
        inner join {table} as version using ({names})
        where
            not exists (
                select 1 from {late} as late
                where
                    {late_key} and late.observed_at = version.observed_at and late.content_hash = version.content_hash
            )
    ) as chain
    where superseded_at is not null;
    analyze {kept}
"""


@dataclass(frozen=True)
class Known:
    """What the run of a date knew: what was observed before `cutoff_at`, of the files that had landed by
    `started_at`."""

    as_of_date: date
    started_at: datetime
    cutoff_at: datetime
    timezone: str


def effective_day(entity: Entity, timezone: str, version: str = "version") -> sql.Composable:
    """The date on which a row of the relation `version` took effect."""
    column = sql.Identifier(version, entity.effective)
    if entity.column(entity.effective).type == "timestamp":
        return sql.SQL("({} at time zone {})::date").format(column, sql.Literal(timezone))
    return column


def files_after(connection: Connection, known: Known) -> list[int]:
    """The files that landed when the run had begun, yet hold what was observed before its date ended."""
    rows = connection.execute(
        "select distinct file_id from ops.file_delivery where landed_at > %s and observed_date <= %s",
        (known.started_at, known.as_of_date),
    ).fetchall()
    return [row[0] for row in rows]


def is_late(entity: Entity, known: Known, files: list[int], now: datetime) -> sql.Composable:
    """Is this `version` about a date up to that of `known`, whose run did not know it, and was it known by `now`?

    So is one that replaces a version about such a date. `files` are those of `files_after`.
    """
    return sql.SQL(_IS_LATE).format(
        table=sql.Identifier("landing", entity.name),
        now=sql.Literal(now),
        cutoff_at=sql.Literal(known.cutoff_at),
        files=sql.Literal(files),
        effective=effective_day(entity, known.timezone, "version"),
        replaced_effective=effective_day(entity, known.timezone, "replaced"),
        same_key=_same_key(entity, "replaced"),
        day=sql.Literal(known.as_of_date),
    )


def leave_out(connection: Connection, before: Known, standing: Known) -> int:
    """Write into `aside` what a build `without_late` rows must not see, and which version stands in its place: what
    became late for `before` until the date of `standing` ended, and what the run of that date did not know either.
    The number of versions."""
    late_files, unknown = files_after(connection, before), files_after(connection, standing)
    for entity in entities().values():
        connection.execute(
            sql.SQL(_LEAVE_OUT).format(
                late=sql.Identifier(SCHEMA, f"late_{entity.name}"),
                kept=sql.Identifier(SCHEMA, f"kept_{entity.name}_superseded"),
                table=sql.Identifier("landing", entity.name),
                superseded=sql.Identifier("landing", f"{entity.name}_superseded"),
                names=sql.SQL(", ").join(map(sql.Identifier, entity.key)),
                key=sql.SQL(", ").join(sql.Identifier("version", column) for column in entity.key),
                late_key=_same_key(entity, "late"),
                is_late=is_late(entity, before, late_files, standing.cutoff_at),
                landed_after=sql.Literal(unknown),
            )
        )
    counts = sql.SQL(" union all ").join(
        sql.SQL("select count(*) as versions from {}").format(sql.Identifier(SCHEMA, f"late_{name}"))
        for name in entities()
    )
    row = connection.execute(sql.SQL("select sum(versions)::bigint from ({}) as counted").format(counts)).fetchone()
    return row[0] if row else 0


def _same_key(entity: Entity, other: str) -> sql.Composable:
    return sql.SQL(" and ").join(
        sql.SQL("{} = {}").format(sql.Identifier(other, column), sql.Identifier("version", column))
        for column in entity.key
    )
