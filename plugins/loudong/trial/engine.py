"""Deciding past dates under a policy, by the statements that decide every day, in temporary tables of one session."""

from collections.abc import Callable
from datetime import date
from functools import cache
from pathlib import Path

from loudong.decisions.decide import DecidedDate, open_date
from loudong.decisions.statements import execute
from loudong.pipeline.runs import cutoff
from loudong.policy import Policy
from loudong.trial.shadow import create_shadows, require_untouched
from loudong.warehouse.connect import Connection

SQL_DIR = Path(__file__).with_name("sql")

# What a date decides, in order: the tier of every customer, then the alerts. Actions and tasks follow from the tier and
# are not compared.
DECISIONS = ("tiers", "customer_tier", "alert_hits", "alerts_standing", "alerts_risen", "alerts_opened")

_NOTES = """
    create temporary table trial_customer (
        as_of_date date, customer_id text, building_id text, customer_type_code text, tier text, pd_tier text,
        decided_by text, floor_code text, pd double precision, exposure_amount numeric, is_in_default boolean,
        is_alerted boolean
    )
"""


def decide_dates(
    connection: Connection, policy: Policy, runs: dict[date, str], timezone: str, on_date: Callable[[date], None]
) -> None:
    """Decide the dates of `runs` (date to panel run) in order under `policy`, within the session of `connection`.

    Leaves the temporary tables `trial_customer`, one row per customer and date, and `alert`. The first date compares
    with nothing, each later one with the one before: cooldowns and open alerts are the trial's own, and no edit of a
    person is in them. Each date is a transaction; one that wrote what others can see is taken back and refused.
    """
    create_shadows(connection, policy)
    connection.execute(_NOTES)
    previous: tuple[str, date] | tuple[None, None] = (None, None)
    for day, run_id in sorted(runs.items()):
        with connection.transaction():
            decided = DecidedDate(run_id, day, cutoff(day, timezone), policy.version, *previous)
            _decide(connection, decided)
            require_untouched(connection)
        previous = (run_id, day)
        on_date(day)


def _decide(connection: Connection, decided: DecidedDate) -> None:
    connection.execute("truncate pg_temp.customer_score")
    connection.execute(
        "insert into pg_temp.customer_score (customer_id, as_of_date, run_id, pd, score_points, model_name, "
        "model_version, feature_version, is_hindsight, reasons) select customer_id, as_of_date, run_id, pd, "
        "score_points, model_name, model_version, '', false, '[]' from risk.walk_forward_score "
        "where run_id = %s and as_of_date = %s",
        (decided.run_id, decided.as_of_date),
    )
    connection.execute("analyze pg_temp.customer_score")
    open_date(connection, decided)
    for name in DECISIONS:
        execute(connection, name)
    # What people would have done, and what is kept of the date.
    for name in ("settled", "noted"):
        run_sql(connection, name)


def run_sql(connection: Connection, name: str) -> None:
    """Run one SQL file of the trial."""
    cursor = connection.execute(_statement(name))
    while cursor.nextset():
        pass


@cache
def _statement(name: str) -> bytes:
    return (SQL_DIR / f"{name}.sql").read_bytes()
