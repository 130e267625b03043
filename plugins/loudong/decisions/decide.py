"""Deciding one date: the tier of every customer, as policy says. Tiers belong to the run until it is published."""

from dataclasses import asdict, dataclass, field
from datetime import date

from loudong.decisions.seeded import require_seeded
from loudong.decisions.statements import create_indicators, execute
from loudong.errors import LoudongError
from loudong.pipeline.runs import Run, cutoff
from loudong.publishing import ledger
from loudong.warehouse.connect import Connection, connect


@dataclass(frozen=True)
class DecisionSummary:
    """What was decided, as counts.

    `tiers` counts customers per tier, `tier_rises` and `tier_falls` those whose tier differs from the newest
    published date before, `decided_before`.
    """

    tiers: dict[str, int]
    tier_rises: int
    tier_falls: int
    decided_before: date | None = field(default=None)

    def as_dict(self) -> dict[str, object]:
        """The summary as plain values for ops.run_step."""
        values: dict[str, object] = asdict(self)
        values["decided_before"] = self.decided_before.isoformat() if self.decided_before else None
        return values


def decide(run: Run) -> DecisionSummary:
    """Write risk.customer_tier for the run, in one transaction; the run's own rows are replaced.

    Reads the run's rows of marts.fct_customer_features and risk.customer_score and the policy seeded for it. Raises
    LoudongError when customers have no score or the seeded policy is not the run's.
    """
    with connect() as connection:
        ledger.lock(connection)
        previous = create_decision_tables(connection, run)
        execute(connection, "tiers")
        execute(connection, "customer_tier")
        tiers, rises, falls = _count_tiers(connection)
        connection.execute("select risk.refresh_statistics()")
        return DecisionSummary(tiers, rises, falls, previous)


def create_decision_tables(connection: Connection, run: Run) -> date | None:
    """Temporary tables of the run, its customers and their indicators; the newest published date before."""
    policy_version = require_seeded(connection, run.run_id, run.policy_version)
    previous = ledger.newest_published_date(connection, before=run.as_of_date)
    _create_run(connection, run, policy_version, previous)
    execute(connection, "customer")
    _require_scores(connection, run)
    create_indicators(connection)
    return previous


def _create_run(connection: Connection, run: Run, policy_version: str, previous: date | None) -> None:
    connection.execute(
        "create temporary table decision_run (run_id text, as_of_date date, previous_date date, "
        "cutoff_at timestamptz, policy_version text) on commit drop"
    )
    connection.execute(
        "insert into decision_run values (%s, %s, %s, %s, %s)",
        (run.run_id, run.as_of_date, previous, cutoff(run.as_of_date, run.portfolio.timezone), policy_version),
    )
    # The planner then knows of one row, and finds what is joined to it by key, however long the history.
    connection.execute("analyze decision_run")


def _require_scores(connection: Connection, run: Run) -> None:
    row = connection.execute(
        "select count(*), count(*) filter (where pd is null), min(customer_id) filter (where pd is null) "
        "from decision_customer"
    ).fetchone()
    customers, missing, example = row or (0, 0, None)
    if customers == 0:
        raise LoudongError(
            f"run {run.run_id} has no row in marts.fct_customer_features for {run.as_of_date}: build the features first"
        )
    if missing:
        raise LoudongError(
            f"{missing} of {customers} customers of run {run.run_id} have no row in risk.customer_score "
            f"(for example {example}): score the run before deciding"
        )


def _count_tiers(connection: Connection) -> tuple[dict[str, int], int, int]:
    """Customers per tier, and how many rose and fell against the newest published date before."""
    rows = connection.execute(
        "select tier, count(*), "
        "count(*) filter (where array_position(array['low', 'medium', 'high'], tier) "
        "> array_position(array['low', 'medium', 'high'], previous_tier)), "
        "count(*) filter (where array_position(array['low', 'medium', 'high'], tier) "
        "< array_position(array['low', 'medium', 'high'], previous_tier)) "
        "from decision_customer group by tier"
    ).fetchall()
    return {row[0]: row[1] for row in rows}, sum(row[2] for row in rows), sum(row[3] for row in rows)
