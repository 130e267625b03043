"""What the database itself did for every node of dbt: its statements, from the log of the server."""

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from loudong.settings import Settings
from loudong.warehouse import embedded
from loudong.warehouse.connect import connect

# dbt puts a comment that names the node before every statement.
LINE = re.compile(r"^(\S+ \S+) UTC \[\d+\] LOG:  duration: ([\d.]+) ms  statement: /\* (\{.*?\}) \*/", re.MULTILINE)


@dataclass(frozen=True)
class Statement:
    """One statement of a node, named without its kind and project, from its arrival to its end."""

    node_name: str
    started_at: datetime
    ended_at: datetime

    @property
    def seconds(self) -> float:
        return (self.ended_at - self.started_at).total_seconds()


def log_statements() -> None:
    """Have the server write down every statement and how long it took."""
    with connect("admin", autocommit=True) as connection:
        connection.execute("alter system set log_min_duration_statement = 0")
        connection.execute("select pg_reload_conf()")


def log_size(settings: Settings) -> int:
    """How long the server's log is now, in bytes."""
    return embedded.server_log(settings).stat().st_size


def statements(settings: Settings, since: int) -> Iterator[Statement]:
    """The statements of dbt's nodes that the log holds behind its first `since` bytes."""
    with embedded.server_log(settings).open("rb") as log:
        log.seek(since)
        text = log.read().decode(errors="replace")
    for written, milliseconds, comment in LINE.findall(text):
        node = json.loads(comment).get("node_id")
        if node:
            ended = datetime.fromisoformat(written)
            yield Statement(node.split(".")[2], ended - timedelta(milliseconds=float(milliseconds)), ended)


def passing_seconds(found: Iterable[Statement]) -> float:
    """For how long at least one of the statements ran."""
    total, until = 0.0, datetime.min
    for one in sorted(found, key=lambda one: one.started_at):
        total += max(0.0, (one.ended_at - max(one.started_at, until)).total_seconds())
        until = max(until, one.ended_at)
    return total
