"""Where the features and the pd of a trial come from: panel runs of past dates that are built once and kept.

The features of all dates that are missing are built by the SQL of the daily run as one panel. A date is built
anew when the SQL changed, when more landed of what was known by then, or when a policy table that shapes features is
another.
"""

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path

from loudong.pipeline import chain, opening, runs, steps
from loudong.policy import Policy
from loudong.portfolio.settings import PortfolioSettings
from loudong.transform.dbt import newest_file_id, sql_version
from loudong.trial.dates import newest_delivered_date
from loudong.warehouse.connect import Connection, connect

Progress = Callable[[str], None]

# The policy tables that the SQL of the features reads; the others act on what is built.
FEATURE_TABLES = ("asset_category", "delinquency_bucket", "delinquency_rule", "materiality")
FEATURE_SETTINGS = ("timezone", "currency", "default_dpd_days", "default_cure_months", "judged_dates")

# Built with the present SQL, and nothing has landed since of what was known by then.
_STORED = """
    select stored.as_of_date, stored.run_id
    from ops.trial_features as stored
    inner join ops.run on run.run_id = stored.run_id
    where
        stored.superseded_at is null
        and stored.as_of_date = any(%(dates)s)
        and stored.features_hash = %(features_hash)s
        and stored.sql_version = %(sql_version)s
        and not exists (
            select 1 from ops.file_delivery as delivery
            where delivery.landed_at > run.started_at and delivery.observed_date <= stored.as_of_date
        )
"""


@dataclass(frozen=True)
class Sources:
    """The panel run of each date that can be decided, and why the others are left out."""

    runs: dict[date, str]
    left_out: dict[date, str] = field(default_factory=dict)


def sources(dates: tuple[date, ...], policy: Policy, folder: Path, on_progress: Progress) -> Sources:
    """The runs that hold features and pd of `dates`; what is missing is built first, with the policy in `folder`."""
    with connect() as connection:
        portfolio = runs.current_portfolio(connection)
        wanted = features_hash(policy, portfolio)
        stored = stored_features(connection, dates, wanted)
    missing = tuple(day for day in dates if day not in stored)
    if missing:
        on_progress(f"building the features of {len(missing)} dates; later trials find them stored")
        stored |= dict.fromkeys(missing, _build(missing, wanted, folder))
    for run_id in _never_scored(set(stored.values())):
        chain.walk_forward(run_id, folder, on_progress)
    _renew_outcomes(set(stored.values()), dates, on_progress)
    with connect() as connection:
        return _with_pd(connection, stored)


def features_hash(policy: Policy, portfolio: PortfolioSettings) -> str:
    """A hash over everything but SQL and landed rows that the features of a date depend on."""
    tables = {name: policy.content[name] for name in FEATURE_TABLES}
    settings = {name: getattr(portfolio, name) for name in (*FEATURE_SETTINGS, "materiality_amount")}
    text = json.dumps([tables, settings], sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def stored_features(connection: Connection, dates: tuple[date, ...], wanted: str) -> dict[date, str]:
    """The panel run of each of `dates` whose features are stored as `features_hash` wants them and not stale."""
    parameters = {"dates": list(dates), "features_hash": wanted, "sql_version": sql_version()}
    return dict(connection.execute(_STORED.encode(), parameters).fetchall())


def store(connection: Connection, run_id: str, dates: tuple[date, ...], wanted: str) -> None:
    """Record that `run_id` holds the features of `dates` from now on."""
    connection.execute(
        "update ops.trial_features set superseded_at = clock_timestamp() "
        "where superseded_at is null and features_hash = %s and as_of_date = any(%s)",
        (wanted, list(dates)),
    )
    connection.cursor().executemany(
        "insert into ops.trial_features (as_of_date, features_hash, run_id, sql_version, newest_file_id) "
        "values (%s, %s, %s, %s, %s)",
        [(day, wanted, run_id, sql_version(), newest_file_id()) for day in dates],
    )


def _build(dates: tuple[date, ...], wanted: str, folder: Path) -> str:
    """A panel run of `dates` with features and outcomes; stored before it is scored, which may fail and be tried again
    without building anything twice."""
    run = opening.open_run("panel", dates, opening.record_policy(folder), None)
    with runs.ending(run.run_id):
        steps.build(run.run_id, steps.EVERYTHING, folder)
        with connect() as connection:
            known_before = runs.cutoff(newest_delivered_date(connection), run.portfolio.timezone)
        steps.build_label(run.run_id, known_before)
    with connect() as connection:
        store(connection, run.run_id, dates, wanted)
    return run.run_id


def _never_scored(run_ids: set[str]) -> list[str]:
    """Those of the runs of which no customer has a walk-forward pd."""
    with connect() as connection:
        rows = connection.execute(
            "select run_id from ops.run where run_id = any(%s) and not exists ("
            "select 1 from risk.walk_forward_score as score where score.run_id = run.run_id) order by 1",
            (list(run_ids),),
        ).fetchall()
    return [run_id for (run_id,) in rows]


def _renew_outcomes(run_ids: set[str], dates: tuple[date, ...], on_progress: Progress) -> None:
    """Look at the outcomes of stored dates again where a horizon has ended since they were last looked at."""
    with connect() as connection:
        portfolio = runs.current_portfolio(connection)
        newest = newest_delivered_date(connection)
        if connection.execute("select to_regclass('marts.fct_default_label') is null").fetchone() == (True,):
            return
        ripe = [day for day in dates if day + timedelta(days=portfolio.horizon_days) <= newest]
        rows = connection.execute(
            "select distinct run_id from marts.fct_default_label where run_id = any(%s) and as_of_date = any(%s) "
            "and not is_mature order by 1",
            (list(run_ids), ripe),
        ).fetchall()
    for (run_id,) in rows:
        on_progress(f"looking at the outcomes of run {run_id} again: more are known now")
        runs.reopen_run(run_id)
        try:
            steps.build_label(run_id, runs.cutoff(newest, portfolio.timezone))
        finally:
            runs.close_run(run_id, "done")


def _with_pd(connection: Connection, stored: dict[date, str]) -> Sources:
    """Keep the dates of which every customer has a walk-forward pd."""
    found: dict[date, str] = {}
    left_out: dict[date, str] = {}
    for day, run_id in sorted(stored.items()):
        row = connection.execute(
            "select (select count(*) from marts.fct_customer_features where run_id = %(run)s and as_of_date = %(day)s)"
            ", (select count(*) from risk.walk_forward_score where run_id = %(run)s and as_of_date = %(day)s)",
            {"run": run_id, "day": day},
        ).fetchone()
        customers, scored = row or (0, 0)
        if customers == 0:
            left_out[day] = "no customer is active"
        elif scored == 0:
            left_out[day] = "no pd: no model had been trained by then"
        elif scored != customers:
            left_out[day] = f"no pd for {customers - scored:,} of {customers:,} customers in run {run_id}"
        else:
            found[day] = run_id
    return Sources(found, left_out)
