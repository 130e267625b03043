"""Settling what is past due: what tier would follow, worked out by the date's own SQL, model and policy.

Payments that nobody made are put beside those that landed, the date is built a second time in the schema `aside` from
what was known then, scored by the model that scored it and decided by the policy it was decided with. Everybody who
owes pays at once in that build; what it says of neighbours and relatives is therefore left as it was, so that each
customer is judged by the own payment alone.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from psycopg import sql
from psycopg.rows import dict_row

from loudong.comparison.aside import aside_run, columns_of, policy_of
from loudong.comparison.decision import decide_again, score_again
from loudong.comparison.standing import Standing, standing_for
from loudong.counterfactual.hypothesis import propose
from loudong.errors import LoudongError
from loudong.pipeline import runs, steps
from loudong.policy.dictionary import families
from loudong.policy.tables import TIERS
from loudong.transform.aside import SCHEMA
from loudong.warehouse.connect import Connection, connect
from loudong.warehouse.migrate import check_version

# What a feature family says of others than the customer.
OF_OTHERS = ("anchor", "building", "industry", "movement_peers", "peers", "related")

_RESULT = """
    select
        tier.customer_id,
        standing_tier.tier,
        standing_score.pd,
        tier.qualified_tier as settled_tier,
        tier.tier as settled_decided_tier,
        score.pd as settled_pd
    from risk.customer_tier as tier
    inner join risk.customer_score as score using (run_id, as_of_date, customer_id)
    inner join risk.customer_tier as standing_tier
        on standing_tier.customer_id = tier.customer_id
        and standing_tier.as_of_date = tier.as_of_date and standing_tier.run_id = %(standing)s
    inner join risk.customer_score as standing_score
        on standing_score.customer_id = tier.customer_id
        and standing_score.as_of_date = tier.as_of_date and standing_score.run_id = %(standing)s
    where tier.run_id = %(run)s and tier.as_of_date = %(day)s
"""
_ANSWER = """
    insert into risk.counterfactual (
        customer_id, as_of_date, run_id, settle_amount, settle_by_date, tier, pd, settled_tier, settled_decided_tier,
        settled_pd
    )
    select
        owed.customer_id, %(day)s, %(standing)s, owed.settle_amount, owed.settle_by_date, %(tier)s, %(pd)s,
        %(settled_tier)s, %(settled_decided_tier)s, %(settled_pd)s
    from aside.hypothesis as owed
    where owed.customer_id = %(customer_id)s
"""


@dataclass(frozen=True)
class Settled:
    """How many customers were asked about, and how many of them would be in a better tier."""

    as_of_date: date
    customers: int
    better: int
    notes: list[str]


def settle(as_of_date: date, on_progress: Callable[[str], None], renew: bool = True) -> Settled:
    """Ask of every customer of the high and the medium tier that owes on the published date what settling would do.

    `risk.counterfactual` holds the answers, those of an earlier time replaced; without `renew` those of the run that
    stands are kept. Raises LoudongError for a date that is not published or whose rows retention deleted; RunBusyError
    while a run or a load is at work.
    """
    with connect() as connection:
        check_version(connection)
        standing = standing_for(connection, as_of_date)
        if standing.kind != "daily":
            raise LoudongError(f"{as_of_date} is not published; run: loudong run --as-of {as_of_date}")
        answered = _answered(connection, standing)
    if answered.customers and not renew:
        return answered
    notes: list[str] = []
    with policy_of(standing, notes) as (policy_version, folder), aside_run(as_of_date, policy_version) as run:
        asked = propose(standing)
        on_progress(f"{as_of_date}: {asked:,} customers could settle what is past due")
        if asked:
            steps.build_aside(run.run_id, SCHEMA, standing.cutoff_at, folder, hypothetical=("payment",))
        with connect() as connection:
            better = _judge(connection, run, standing) if asked else 0
    return Settled(as_of_date, asked, better, notes)


def _answered(connection: Connection, standing: Standing) -> Settled:
    """What stands of the run's answers."""
    row = connection.execute(
        "select count(*), count(*) filter (where risk.tier_rank(settled_tier) < risk.tier_rank(tier)) "
        "from risk.counterfactual where as_of_date = %s and run_id = %s",
        (standing.as_of_date, standing.run_id),
    ).fetchone()
    customers, better = row or (0, 0)
    return Settled(standing.as_of_date, customers, better, [])


def _judge(connection: Connection, run: runs.Run, standing: Standing) -> int:
    """Score and decide the hypothetical rows, take all of it back but the answers; how many would be better off."""
    asked = {"run": run.run_id, "standing": standing.run_id, "day": standing.as_of_date}
    with connection.transaction(force_rollback=True):
        _copy_features(connection, run, standing)
        decide_again(connection, run, *score_again(connection, run, standing.model))
        answers = connection.cursor(row_factory=dict_row).execute(_RESULT.encode(), asked).fetchall()
    connection.execute("delete from risk.counterfactual where as_of_date = %s", (standing.as_of_date,))
    connection.cursor().executemany(_ANSWER.encode(), [asked | answer for answer in answers])
    return sum(TIERS.index(answer["settled_tier"]) < TIERS.index(answer["tier"]) for answer in answers)


def _copy_features(connection: Connection, run: runs.Run, standing: Standing) -> None:
    """The features of those who settle: their own from the hypothetical build, those of others as they stand."""
    named = families()
    columns = columns_of(connection, "marts", "fct_customer_features")
    sides = [sql.Identifier("was" if named.get(column) in OF_OTHERS else "settled", column) for column in columns]
    connection.execute(
        sql.SQL(
            "insert into marts.fct_customer_features ({columns}) select {sides} "
            "from aside.fct_customer_features as settled "
            "inner join aside.hypothesis using (customer_id) "
            "inner join marts.fct_customer_features as was on was.customer_id = settled.customer_id "
            "and was.run_id = %s and was.as_of_date = %s where settled.run_id = %s"
        ).format(columns=sql.SQL(", ").join(map(sql.Identifier, columns)), sides=sql.SQL(", ").join(sides)),
        (standing.run_id, standing.as_of_date, run.run_id),
    )
