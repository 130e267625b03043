"""Which versions of a key a later one has replaced: settled once after loading, so that reading needs no sort.

Of one key's versions the next in the order of observed_at and content_hash replaces the one before. Only keys with more
than one version leave rows, in `landing.<entity>_superseded`.
"""

from collections.abc import Collection
from typing import Any

from loudong.landing.contract import Entity, entities
from loudong.warehouse.connect import Connection

# A load that adds this share of a table changes what the planner should know of it.
STATISTICS_SHARE = 0.1


# Keys of an entity: tuples in the order of its key.
Keys = Collection[tuple[Any, ...]]


def settle_all(connection: Connection) -> int:
    """Settle what was loaded since, or what a load that died left open; the rows written."""
    return sum(settle(connection, entity) for entity in entities().values())


def settle(connection: Connection, entity: Entity, repeated: Keys | None = None) -> int:
    """Settle the versions of all rows of `entity` whose file was loaded since; the rows written.

    Runs after the files were committed, so that of two files that hold the same key and were loaded at once the one
    settled last sees both. Idempotent. `repeated` may name the keys of those rows that can have more than one version;
    without it the rows are looked through.
    """
    with connection.transaction():
        files = connection.execute(
            "select file_id, rows_landed from ops.landing_file "
            "where entity = %s and state = 'loaded' and not has_versions_settled for update",
            (entity.name,),
        ).fetchall()
        if not files:
            return 0
        ids = [row[0] for row in files]
        _renew_statistics(connection, entity, sum(row[1] for row in files))
        if repeated is None:
            repeated_sql = _search(entity)
        else:
            repeated_sql = "select * from pg_temp.repeated"
            _keep_keys(connection, entity, repeated)
        statement = _statement(entity, repeated_sql)
        written = connection.execute(statement, {"first": min(ids), "last": max(ids)}).rowcount
        connection.execute("update ops.landing_file set has_versions_settled = true where file_id = any(%s)", (ids,))
    return written


def _keep_keys(connection: Connection, entity: Entity, keys: Keys) -> None:
    columns = ", ".join(f"{name} {entity.column(name).sql_type}" for name in entity.key)
    connection.execute(f"create temporary table repeated ({columns}) on commit drop".encode())
    with connection.cursor().copy("copy pg_temp.repeated from stdin") as copy:
        for key in keys:
            copy.write_row(key)
    connection.execute("analyze pg_temp.repeated")


def _renew_statistics(connection: Connection, entity: Entity, landed: int) -> None:
    row = connection.execute("select row_count from ops.watermark where entity = %s", (entity.name,)).fetchone()
    if row is not None and landed >= STATISTICS_SHARE * row[0]:
        connection.execute("select landing.refresh_statistics(%s)", (entity.name,))


def _search(entity: Entity) -> str:
    """The keys with more than one version of which one came with the files."""
    same_key = " and ".join(f"other.{name} = mine.{name}" for name in entity.key)
    return f"""
            select distinct {", ".join(f"mine.{name}" for name in entity.key)}
            from landing.{entity.name} as mine
            where mine.file_id between %(first)s and %(last)s and exists (
                select 1 from landing.{entity.name} as other
                where {same_key}
                and (other.observed_at <> mine.observed_at or other.content_hash <> mine.content_hash)
            )
    """


def _statement(entity: Entity, repeated: str) -> bytes:
    key = ", ".join(entity.key)
    return f"""
        with repeated as ({repeated}),
        chain as (
            select {key}, observed_at, content_hash, lead(observed_at) over (
                partition by {key} order by observed_at, content_hash
            ) as superseded_at
            from repeated inner join landing.{entity.name} using ({key})
        )
        insert into landing.{entity.name}_superseded as standing ({key}, observed_at, content_hash, superseded_at)
        select {key}, observed_at, content_hash, superseded_at from chain where superseded_at is not null
        on conflict ({key}, observed_at, content_hash) do update set superseded_at = excluded.superseded_at
        where standing.superseded_at <> excluded.superseded_at
    """.encode()
