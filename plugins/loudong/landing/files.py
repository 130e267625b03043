"""Finding landing files: which there are, which are new, and how to group small ones."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import cached_property
from pathlib import Path

from loudong.errors import LoudongError
from loudong.landing.contract import Entity, entities
from loudong.landing.reader import suffix_of
from loudong.pipeline.runs import cutoff
from loudong.warehouse.connect import Connection

GROUP_BYTES = 1024 * 1024
GROUP_FILES = 400


@dataclass(frozen=True)
class LandingFile:
    """One delivered file: `<entity>/<delivery date>/<name>` below the landing folder."""

    entity: Entity
    path: Path
    relative_path: str
    delivery_date: date
    byte_count: int
    modified_ns: int

    @cached_property
    def sha256(self) -> str:
        """Of the content; reads the whole file."""
        try:
            with self.path.open("rb") as file:
                return hashlib.file_digest(file, "sha256").hexdigest()
        except OSError as error:
            raise LoudongError(f"{self.path} cannot be read: {error.strerror}") from error


@dataclass(frozen=True)
class EarlierTry:
    """What `ops.landing_file` says of an earlier try of loading a file."""

    file_id: int
    sha256: str
    byte_count: int | None
    modified_ns: int | None
    state: str
    reason: str | None


@dataclass
class Sorted:
    """Files by what is to be done: load `new`, tell of `refused`; the others are loaded."""

    new: list[LandingFile] = field(default_factory=list)
    refused: list[tuple[LandingFile, EarlierTry]] = field(default_factory=list)
    unchanged: int = 0


def find(folder: Path, up_to: date | None) -> list[LandingFile]:
    """All landing files below `folder`, in the order of entity, delivery date and name.

    Files and folders whose names begin with `.` or `_` are not looked at, nor are those delivered after `up_to`.
    """
    if not folder.is_dir():
        raise LoudongError(f"landing folder {folder} does not exist")
    found = []
    for place in _visible(folder):
        if not place.is_dir():
            continue
        if place.name not in entities():
            raise LoudongError(f"{place} is no entity of the landing contract: {', '.join(entities())}")
        for day in _visible(place):
            delivered = _date(day.name)
            if up_to is None or delivered is None or delivered <= up_to:
                paths = _visible(day) if day.is_dir() else [day]
                found += [_landing_file(entities()[place.name], path, folder) for path in paths]
    if not found:
        until = f" delivered by {up_to}" if up_to else ""
        raise LoudongError(f"landing folder {folder} holds no files{until}")
    return found


def _visible(folder: Path) -> list[Path]:
    return sorted(path for path in folder.iterdir() if not path.name.startswith((".", "_")))


def _date(name: str) -> date | None:
    try:
        return date.fromisoformat(name)
    except ValueError:
        return None


def _landing_file(entity: Entity, path: Path, folder: Path) -> LandingFile:
    relative = path.relative_to(folder)
    delivered = _date(relative.parts[1])
    if delivered is None:
        raise LoudongError(f"{path}: landing files lie in <entity>/<YYYY-MM-DD>/")
    if len(relative.parts) != 3 or suffix_of(path) is None or not path.is_file():
        raise LoudongError(f"{path}: expected <entity>/<YYYY-MM-DD>/<name>.csv, .csv.gz or .parquet")
    status = path.stat()
    return LandingFile(entity, path, relative.as_posix(), delivered, status.st_size, status.st_mtime_ns)


def sort_out(connection: Connection, found: list[LandingFile]) -> Sorted:
    """Which files of one entity are new. A file is known when one of the same path had the same size and time of
    change or, read again, has the same content. A file that was refused is not tried again."""
    result = Sorted()
    if not found:
        return result
    tries: dict[str, list[EarlierTry]] = {}
    for path, *values in connection.execute(
        "select path, file_id, sha256, byte_count, modified_ns, state, reason from ops.landing_file "
        "where entity = %s order by state, file_id desc",  # loaded before refused: what landed once is not missing
        (found[0].entity.name,),
    ):
        tries.setdefault(path, []).append(EarlierTry(*values))
    moved = []
    for file in found:
        mine = tries.get(file.relative_path, [])
        known = next((t for t in mine if (t.byte_count, t.modified_ns) == (file.byte_count, file.modified_ns)), None)
        if known is None and mine:
            known = next((t for t in mine if t.sha256 == file.sha256), None)
            if known is not None:
                moved.append((file.byte_count, file.modified_ns, known.file_id))
        if known is None:
            result.new.append(file)
        elif known.state == "loaded":
            result.unchanged += 1
        else:
            result.refused.append((file, known))
    if moved:
        connection.cursor().executemany(
            "update ops.landing_file set byte_count = %s, modified_ns = %s where file_id = %s", moved
        )
    return result


def groups(found: list[LandingFile]) -> Iterator[list[LandingFile]]:
    """Files in groups that are loaded in one transaction each: many small ones, or one large one."""
    group: list[LandingFile] = []
    size = 0
    for file in found:
        if group and (size + file.byte_count > GROUP_BYTES or len(group) >= GROUP_FILES):
            yield group
            group, size = [], 0
        group.append(file)
        size += file.byte_count
    if group:
        yield group


def known_customers(connection: Connection) -> frozenset[str]:
    """Every customer that ever landed."""
    rows = connection.execute("select distinct customer_id from landing.customer").fetchall()
    return frozenset(row[0] for row in rows)


def end_of_day(connection: Connection, day: date, timezone: str) -> datetime:
    """The observed_at of rows that carry none: the last instant of their delivery day, or now when that day was
    published before they came."""
    row = connection.execute("select 1 from ops.publication where as_of_date = %s limit 1", (day,)).fetchone()
    if row is not None:
        return datetime.now(UTC)
    return cutoff(day, timezone) - timedelta(microseconds=1)
