"""Keeping landing tables still for whoever reads or writes them: one load at a time, none while a run builds."""

import time

from loudong.errors import LoudongError
from loudong.pipeline.runs import LOAD_LOCK_KEY, run_at_work
from loudong.warehouse.connect import Connection

LOOK_SECONDS = 1


class LoadBusyError(LoudongError):
    """Another load, or a run, is at work."""


def hold(connection: Connection, wait_minutes: int = 0) -> None:
    """Hold off other loads, and the runs that would build while rows arrive under them, until the connection ends.

    Raises LoadBusyError, naming what is at work, when it did not end within `wait_minutes`.
    """
    deadline = time.monotonic() + 60 * wait_minutes
    while True:
        row = connection.execute("select pg_try_advisory_lock(%s)", (LOAD_LOCK_KEY,)).fetchone()
        is_held = row is not None and row[0]
        at_work = run_at_work(connection) if is_held else "another load"
        if at_work is None:
            return
        if is_held:
            connection.execute("select pg_advisory_unlock(%s)", (LOAD_LOCK_KEY,))
        if time.monotonic() >= deadline:
            raise LoadBusyError(f"{at_work} is at work in this warehouse; wait for it to end")
        time.sleep(LOOK_SECONDS)
