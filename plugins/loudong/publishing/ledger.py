"""Reading ops.publication: which run stands for a date, and which date is the newest."""

from datetime import date

from loudong.warehouse.connect import Connection

# Decisions and publications of one warehouse wait for each other: both compare with what stands.
LOCK_KEY = 0x10D1


def lock(connection: Connection) -> None:
    """Hold off every other decision and publication until the transaction ends."""
    connection.execute("select pg_advisory_xact_lock(%s)", (LOCK_KEY,))


def newest_published_date(connection: Connection, before: date | None = None) -> date | None:
    """The newest date with a standing publication (strictly `before` a date when given); None when there is none."""
    row = connection.execute(
        "select max(as_of_date) from ops.publication "
        "where superseded_at is null and (%(before)s::date is null or as_of_date < %(before)s)",
        {"before": before},
    ).fetchone()
    return row[0] if row else None


def is_removed(connection: Connection, run_id: str, as_of_date: date) -> bool:
    """Whether retention deleted the rows of a run and date."""
    row = connection.execute(
        "select 1 from ops.removed_slice where run_id = %s and as_of_date = %s", (run_id, as_of_date)
    ).fetchone()
    return row is not None


def standing_publication(connection: Connection, as_of_date: date) -> tuple[int, str, str] | None:
    """(publication_id, run_id, result_hash) of the publication that stands for `as_of_date`."""
    row = connection.execute(
        "select publication_id, run_id, result_hash from ops.publication "
        "where as_of_date = %s and superseded_at is null",
        (as_of_date,),
    ).fetchone()
    return (row[0], row[1], row[2]) if row else None
