"""The state that daily runs roll forward: when it must not be."""

from datetime import datetime

from loudong.warehouse.connect import Connection

MARK = "intermediate.int_state__mark"


def forget_state(connection: Connection, known_from: datetime) -> None:
    """Have the next daily run start from scratch where the state stands at `known_from` or later.

    A roll takes in what became known since, and files that landed since. Rows that land under an older file, yet were
    known before, are neither.
    """
    row = connection.execute("select to_regclass(%s) is not null", (MARK,)).fetchone()
    if row is not None and row[0]:
        connection.execute(f"delete from {MARK} where cutoff_at > %s".encode(), (known_from,))
