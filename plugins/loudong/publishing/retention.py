"""Retention: rows of runs and dates that nobody reads daily any more are deleted, where an installation asks for it.

By default nothing ever is. With `retention_days` N, what lies more than N days before the newest published date loses
its rows in marts and risk: every run that does not stand, and the standing ones but for calendar month-ends, on which
roll rates and vintages rest. What policies are tried on stays (`ops.trial_features`), as do the rows of `ops`, alerts,
actions and tasks; `ops.removed_slice` says what went.
"""

from dataclasses import dataclass, field
from datetime import date, timedelta

from psycopg import sql

from loudong.errors import LoudongError
from loudong.portfolio.settings import PortfolioSettings
from loudong.publishing import ledger
from loudong.publishing.publish import RESULT_TABLES
from loudong.settings import get_settings
from loudong.warehouse.connect import Connection, connect

BATCH_ROWS = 20_000
# Published nowhere, and as large as what is.
SHADOW = ("risk", "shadow_score")
LOCK_KEY = 0x10D2

_SLICES = """
    select run.run_id, slice.as_of_date
    from ops.run
    cross join lateral unnest(run.as_of_dates) as slice (as_of_date)
    where
        run.kind in ('daily', 'panel')
        and run.state in ('published', 'done', 'failed')
        and slice.as_of_date < %(first_kept)s
        and slice.as_of_date <> %(told)s
        and not exists (
            select 1 from ops.removed_slice as removed
            where
                removed.run_id = run.run_id and removed.as_of_date = slice.as_of_date
                and removed.row_count is not null
        )
        and not exists (
            select 1 from ops.trial_features as tried
            where tried.run_id = run.run_id and tried.as_of_date = slice.as_of_date and tried.superseded_at is null
        )
        and not (
            extract(day from slice.as_of_date + 1) = 1
            and exists (
                select 1 from ops.standing_run as standing
                where standing.run_id = run.run_id and standing.as_of_date = slice.as_of_date
            )
        )
    order by slice.as_of_date, run.run_id
"""


@dataclass
class Removed:
    """What was deleted: slices (run x date) and rows per table; `first_kept_date` is the oldest date kept whole."""

    first_kept_date: date
    slices: int = 0
    rows: dict[str, int] = field(default_factory=dict)

    def as_dict(self) -> dict[str, object]:
        """What was deleted as plain values, for ops.run_step."""
        return {"first_kept_date": self.first_kept_date.isoformat(), "slices": self.slices, "rows": self.rows}

    @property
    def row_count(self) -> int:
        return sum(self.rows.values())


def require_long_enough(portfolio: PortfolioSettings) -> None:
    """Refuse a retention that ends before outcomes are known: how well rules did could not be said of any date."""
    days = get_settings().retention_days
    if 0 < days <= portfolio.horizon_days:
        raise LoudongError(
            f"LOUDONG_RETENTION_DAYS is {days}, but outcomes of this portfolio are known after "
            f"{portfolio.horizon_days} days: set more, or 0 to keep everything"
        )


def prune(told: date) -> Removed | None:
    """Delete what is older than the retention, in batches of BATCH_ROWS that are committed one by one; None where
    nothing is published or everything is kept.

    The date `told` is left alone: whoever ran an old date again wants to see it. Stopped half way, the rest goes with
    the next publication.
    """
    days = get_settings().retention_days
    if days == 0:
        return None
    with connect(autocommit=True) as connection:
        newest = ledger.newest_published_date(connection)
        if newest is None:
            return None
        connection.execute("select pg_advisory_lock(%s)", (LOCK_KEY,))
        removed = Removed(newest - timedelta(days=days))
        slices = connection.execute(_SLICES.encode(), {"first_kept": removed.first_kept_date, "told": told}).fetchall()
        for run_id, as_of_date in slices:
            _remove(connection, run_id, as_of_date, removed)
    return removed


def _remove(connection: Connection, run_id: str, as_of_date: date, removed: Removed) -> None:
    # Said first: what is left of a slice must not be taken for all there was.
    connection.execute(
        "insert into ops.removed_slice (run_id, as_of_date) values (%s, %s) on conflict do nothing",
        (run_id, as_of_date),
    )
    before = removed.row_count
    for schema, table in (*RESULT_TABLES, SHADOW):
        statement = sql.SQL(
            "delete from {table} where ctid = any (array("
            "select ctid from {table} where run_id = %s and as_of_date = %s limit {batch}))"
        ).format(table=sql.Identifier(schema, table), batch=sql.Literal(BATCH_ROWS))
        while count := connection.execute(statement, (run_id, as_of_date)).rowcount:
            removed.rows[table] = removed.rows.get(table, 0) + count
    connection.execute(
        "update ops.removed_slice set row_count = %s, removed_at = clock_timestamp() "
        "where run_id = %s and as_of_date = %s",
        (removed.row_count - before, run_id, as_of_date),
    )
    removed.slices += 1
