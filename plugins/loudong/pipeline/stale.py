"""Stale dates: built ones of which more has landed since, known before they ended. `ops.stale_date` lists them.

They are worked out again on request only, by a plain run of the date, and what then differs is published as a new run.
"""

from datetime import date

from loudong.warehouse.connect import Connection


def stale_dates(connection: Connection) -> list[tuple[date, int]]:
    """(date, rows that landed for it since), oldest first."""
    rows = connection.execute(
        "select as_of_date, sum(row_count)::bigint from ops.stale_date group by as_of_date order by as_of_date"
    ).fetchall()
    return [(row[0], row[1]) for row in rows]


def stale_line(connection: Connection) -> str | None:
    """How many dates are stale and what to do, in one line; None when none is."""
    found = stale_dates(connection)
    if not found:
        return None
    first, last = found[0][0], found[-1][0]
    which = first.isoformat() if first == last else f"from {first} to {last}"
    count = "1 date is" if len(found) == 1 else f"{len(found):,} dates are"
    return (
        f"{count} stale ({which}): more landed since of what was known by then; ops.stale_date lists it, "
        f"loudong run --as-of {first} takes it in"
    )
