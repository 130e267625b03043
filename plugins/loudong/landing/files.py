"""Finding landing files: which there are, which are new, and how to group small ones."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pyarrow as pa

from loudong.errors import LoudongError
from loudong.landing.contract import Entity, entities
from loudong.landing.reader import suffix_of
from loudong.pipeline.runs import cutoff
from loudong.warehouse.connect import Connection

GROUP_BYTES = 4 * 1024 * 1024
GROUP_FILES = 400


@dataclass(frozen=True)
class LandingFile:
    """One delivered file: `<entity>/<delivery date>/<name>` below the landing folder."""

    entity: Entity
    path: Path
    relative_path: str
    delivery_date: date
    sha256: str


def find(folder: Path, up_to: date | None) -> list[LandingFile]:
    """All landing files below `folder`, in the order of entity, delivery date and name."""
    if not folder.is_dir():
        raise LoudongError(f"landing folder {folder} does not exist")
    found = []
    for place in sorted(path for path in folder.iterdir() if path.is_dir()):
        if place.name not in entities():
            raise LoudongError(f"{place} is no entity of the landing contract: {', '.join(entities())}")
        for path in sorted(path for path in place.rglob("*") if path.is_file()):
            file = _landing_file(entities()[place.name], path, folder)
            if up_to is None or file.delivery_date <= up_to:
                found.append(file)
    if not found:
        until = f" delivered by {up_to}" if up_to else ""
        raise LoudongError(f"landing folder {folder} holds no files{until}")
    return found


def _landing_file(entity: Entity, path: Path, folder: Path) -> LandingFile:
    relative = path.relative_to(folder)
    try:
        delivered = date.fromisoformat(relative.parts[1])
    except ValueError:
        raise LoudongError(f"{path}: landing files lie in <entity>/<YYYY-MM-DD>/") from None
    if len(relative.parts) != 3 or suffix_of(path) is None:
        raise LoudongError(f"{path}: expected <entity>/<YYYY-MM-DD>/<name>.csv, .csv.gz or .parquet")
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    return LandingFile(entity, path, relative.as_posix(), delivered, digest)


def without_loaded(connection: Connection, found: list[LandingFile]) -> list[LandingFile]:
    """The files that were not loaded before with the same content under the same name."""
    if not found:
        return []
    loaded = set(
        connection.execute(
            "select path, sha256 from ops.landing_file where entity = %s and state = 'loaded'",
            (found[0].entity.name,),
        ).fetchall()
    )
    return [file for file in found if (file.relative_path, file.sha256) not in loaded]


def groups(found: list[LandingFile]) -> Iterator[list[LandingFile]]:
    """Files in groups that are loaded in one transaction each: many small ones, or one large one."""
    group: list[LandingFile] = []
    size = 0
    for file in found:
        bytes_ = file.path.stat().st_size
        if group and (size + bytes_ > GROUP_BYTES or len(group) >= GROUP_FILES):
            yield group
            group, size = [], 0
        group.append(file)
        size += bytes_
    if group:
        yield group


def known_customers(connection: Connection) -> pa.Array:
    """Every customer that ever landed."""
    rows = connection.execute("select distinct customer_id from landing.customer").fetchall()
    return pa.array([row[0] for row in rows], pa.string())


def end_of_day(connection: Connection, day: date, timezone: str) -> datetime:
    """The observed_at of rows that carry none: the last instant of their delivery day, or now when that day was
    published before they came."""
    row = connection.execute("select 1 from ops.publication where as_of_date = %s limit 1", (day,)).fetchone()
    if row is not None:
        return datetime.now(UTC)
    return cutoff(day, timezone) - timedelta(microseconds=1)
