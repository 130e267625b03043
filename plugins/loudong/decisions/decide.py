"""Deciding one date: the tier of every customer, as policy says. Tiers belong to the run until it is published."""

from dataclasses import asdict, astuple, dataclass, field
from datetime import date, datetime, timedelta

from psycopg import sql

from loudong.decisions.moves import explain_moves
from loudong.decisions.seeded import require_seeded
from loudong.decisions.statements import create_indicators, create_slice, execute
from loudong.errors import LoudongError
from loudong.pipeline.runs import Run, cutoff
from loudong.publishing import ledger
from loudong.warehouse.connect import Connection, connect

# A score is a quarter old when its date lies so many days back, from and to.
QUARTER_DAYS = (90, 150)


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
    """Write the tiers of the run, their moves, and what follows for groups and defaults, in one transaction.

    Own rows are replaced. Reads the run's rows of marts.fct_customer_features and risk.customer_score and the policy
    seeded for it. Raises LoudongError when customers have no score or the seeded policy is not the run's.
    """
    with connect() as connection:
        ledger.lock(connection)
        previous = create_decision_tables(connection, run)
        decide_tiers(connection)
        explain_moves(connection, run)
        execute(connection, "customer_tier")
        execute(connection, "group_day")
        execute(connection, "default_start")
        tiers, rises, falls = _count_tiers(connection)
        connection.execute("select risk.refresh_statistics()")
        return DecisionSummary(tiers, rises, falls, previous)


@dataclass(frozen=True)
class DecidedDate:
    """What is decided: the rows of one run for one date, compared with those of the run that stood before.

    `known_before` is the instant at which the date ends; `policy_version` the name under which decisions are filed.
    `earlier_run_id` and `earlier_date` are what stood a quarter before, which changes of the score are told against.
    `is_traced`: tiers and alerts keep all that was seen.
    """

    run_id: str
    as_of_date: date
    known_before: datetime
    policy_version: str
    previous_run_id: str | None = None
    previous_date: date | None = None
    earlier_run_id: str | None = None
    earlier_date: date | None = None
    is_traced: bool = True


def create_decision_tables(connection: Connection, run: Run, previous: tuple[str, date] | None = None) -> date | None:
    """Temporary tables of the run, its customers and their indicators; the newest published date before.

    `previous` are run and date to compare with in its place.
    """
    policy_version = require_seeded(connection, run.run_id, run.policy_version)
    previous_date = previous[1] if previous else ledger.newest_published_date(connection, before=run.as_of_date)
    earlier_date = ledger.newest_published_date(connection, run.as_of_date - timedelta(days=QUARTER_DAYS[0] - 1))
    if earlier_date is not None and (run.as_of_date - earlier_date).days > QUARTER_DAYS[1]:
        earlier_date = None
    open_date(
        connection,
        DecidedDate(
            run.run_id,
            run.as_of_date,
            cutoff(run.as_of_date, run.portfolio.timezone),
            policy_version,
            previous[0] if previous else _standing_run(connection, previous_date),
            previous_date,
            _standing_run(connection, earlier_date),
            earlier_date,
        ),
    )
    return previous_date


def _standing_run(connection: Connection, as_of_date: date | None) -> str | None:
    standing = ledger.standing_publication(connection, as_of_date) if as_of_date else None
    return standing[1] if standing else None


def open_date(connection: Connection, decided: DecidedDate) -> None:
    """Temporary tables of the date that is decided, for the rest of the transaction.

    Names without a schema are then those of `risk` and `staging`, unless a temporary table of that name shadows them.
    """
    connection.execute("set local search_path to risk, staging")
    # The temporary tables are read a few times each: the planner needs their size, which a small sample tells.
    connection.execute("set local default_statistics_target = 10")
    connection.execute(
        "create temporary table decision_run (run_id text, as_of_date date, cutoff_at timestamptz, "
        "policy_version text, previous_run_id text, previous_date date, earlier_run_id text, earlier_date date, "
        "is_traced boolean) on commit drop"
    )
    connection.execute("insert into decision_run values (%s, %s, %s, %s, %s, %s, %s, %s, %s)", astuple(decided))
    # The planner then knows of one row, and finds what is joined to it by key, however long the history.
    connection.execute("analyze decision_run")
    create_slice(connection)
    execute(connection, "customer")
    _require_scores(connection, decided)
    create_indicators(connection)


def decide_tiers(connection: Connection) -> None:
    """Write the tier of every customer of the date that open_date opened, into `customer_tier`.

    Pd and floors give the tier that a customer qualifies for; the cooldown holds the one before; an override in force
    decides over both, but not below a floor that policy closes to it. All is read from the temporary tables, the
    policy, `tier_override` and the rows of `previous_run_id`, so that a trial may put its own in their place and decide
    many dates, one after another, with close_date between them.
    """
    for name in ("tier_policy", "tier_qualified", "tier_held", "tiers"):
        execute(connection, name)


def close_date(connection: Connection) -> None:
    """Drop what open_date and the decisions keep of a date, so that the same transaction can decide another."""
    tables = connection.execute(
        "select relname from pg_class where relnamespace = pg_my_temp_schema() and relkind = 'r' "
        "and relname like 'decision\\_%'"
    ).fetchall()
    for (table,) in tables:
        connection.execute(sql.SQL("drop table {}").format(sql.Identifier("pg_temp", table)))


def _require_scores(connection: Connection, decided: DecidedDate) -> None:
    row = connection.execute(
        "select count(*), count(*) filter (where pd is null), min(customer_id) filter (where pd is null) "
        "from decision_customer"
    ).fetchone()
    customers, missing, example = row or (0, 0, None)
    if customers == 0:
        raise LoudongError(
            f"run {decided.run_id} has no row in marts.fct_customer_features for {decided.as_of_date}: build the "
            "features first"
        )
    if missing:
        raise LoudongError(
            f"{missing} of {customers} customers of run {decided.run_id} have no row in risk.customer_score "
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
