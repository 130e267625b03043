"""Whether the process that holds a run still lives: who it is, the signs it gives, and when it counts as dead."""

import logging
import os
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import psutil

from loudong.errors import WarehouseUnreachableError
from loudong.settings import get_settings
from loudong.warehouse.connect import connect

BEAT_SECONDS = 30

logger = logging.getLogger(__name__)


def default_holder() -> str:
    """This process, told apart from a later one that gets the same process id: cli:<host>:<pid>@<start second>."""
    return f"cli:{socket.gethostname()}:{os.getpid()}@{int(psutil.Process().create_time())}"


def is_dead(holder: str, heartbeat_at: datetime) -> bool:
    """True when the holder gave no sign for longer than the lease, or was a process of this host that is gone."""
    kind, _, rest = holder.partition(":")
    host, _, process = rest.rpartition(":")
    if kind == "cli" and host == socket.gethostname() and not _is_running(process):
        return True
    return datetime.now(UTC) - heartbeat_at > timedelta(minutes=get_settings().lease_minutes)


def _is_running(process: str) -> bool:
    pid, _, started = process.partition("@")
    try:
        return int(psutil.Process(int(pid)).create_time()) == int(started)
    except psutil.NoSuchProcess:
        return False


@contextmanager
def beating(run_id: str) -> Iterator[None]:
    """Give a sign for the run every BEAT_SECONDS while the block works."""
    ended = threading.Event()

    def beat() -> None:
        while not ended.wait(BEAT_SECONDS):
            try:
                with connect(autocommit=True) as connection:
                    connection.execute(
                        "update ops.run set heartbeat_at = clock_timestamp() where run_id = %s", (run_id,)
                    )
            except WarehouseUnreachableError as error:
                logger.warning("no sign given for run %s: %s", run_id, error)

    thread = threading.Thread(target=beat, daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()
