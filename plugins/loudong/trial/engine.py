"""Deciding past dates under a policy, by the statements that decide every day, in temporary tables of one session."""

from collections.abc import Callable
from datetime import date
from functools import cache
from pathlib import Path

from loudong.decisions.alerts import decide_alerts
from loudong.decisions.decide import QUARTER_DAYS, DecidedDate, decide_tiers, open_date
from loudong.decisions.statements import execute
from loudong.pipeline.runs import cutoff
from loudong.policy import Policy
from loudong.trial.shadow import create_shadows, require_untouched
from loudong.warehouse.connect import Connection

SQL_DIR = Path(__file__).with_name("sql")

# What is decided stays in memory, as it does in the shared buffers of a daily run; it must be said before any
# temporary table is made.
SESSION = {"temp_buffers": "256MB"}

_NOTES = """
    create temporary table trial_customer (
        as_of_date date, customer_id text, building_id text, tier text, pd_tier text, decided_by text, floor_code text,
        pd double precision, exposure_amount numeric, expected_loss_amount numeric, is_in_default boolean,
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
    for setting, value in SESSION.items():
        connection.execute("select set_config(%s, %s, false)", (setting, value))
    create_shadows(connection, policy)
    connection.execute(_NOTES)
    previous: date | None = None
    for day, run_id in sorted(runs.items()):
        earlier = max(
            (other for other in runs if QUARTER_DAYS[0] <= (day - other).days <= QUARTER_DAYS[1]), default=None
        )
        with connection.transaction():
            _decide(
                connection,
                DecidedDate(
                    run_id,
                    day,
                    cutoff(day, timezone),
                    policy.version,
                    runs[previous] if previous else None,
                    previous,
                    runs[earlier] if earlier else None,
                    earlier,
                    is_traced=False,
                ),
            )
            require_untouched(connection)
        _tidy(connection, day)
        previous = day
        on_date(day)


def _decide(connection: Connection, decided: DecidedDate) -> None:
    open_date(connection, decided)
    # Actions and tasks follow from the tier and are not compared.
    decide_tiers(connection)
    execute(connection, "customer_tier")
    decide_alerts(connection)
    run_sql(connection, "noted")


def _tidy(connection: Connection, day: date) -> None:
    """Nobody vacuums a temporary table but its session: take away what no date after `day` reads, and say of the rest
    what the next date joins by."""
    connection.execute("delete from pg_temp.customer_tier where as_of_date < %s", (day,))
    connection.execute(
        "vacuum (analyze) pg_temp.alert (customer_id, alert_id, rule_code, status), "
        "pg_temp.customer_tier (customer_id, as_of_date, run_id)"
    )


def run_sql(connection: Connection, name: str) -> None:
    """Run one SQL file of the trial."""
    cursor = connection.execute(_statement(name))
    while cursor.nextset():
        pass


@cache
def _statement(name: str) -> bytes:
    return (SQL_DIR / f"{name}.sql").read_bytes()
