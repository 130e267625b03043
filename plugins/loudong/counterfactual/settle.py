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

from loudong.comparison.aside import SCHEMA, clear_aside, columns_of, move_policy, policy_of
from loudong.comparison.standing import Standing, standing_for
from loudong.counterfactual.hypothesis import propose
from loudong.decisions.decide import create_decision_tables, decide_tiers
from loudong.errors import LoudongError
from loudong.pipeline import runs, steps
from loudong.policy.dictionary import families
from loudong.warehouse.connect import Connection, connect
from loudong.warehouse.migrate import check_version

# What a feature family says of others than the customer.
OF_OTHERS = ("anchor", "building", "industry", "movement_peers", "peers", "related")
BATCH_ROWS = 5_000

_RESULT = """
    select
        tier.customer_id, standing.tier, standing.pd, tier.qualified_tier, tier.tier, score.pd
    from risk.customer_tier as tier
    inner join risk.customer_score as score using (run_id, as_of_date, customer_id)
    inner join (
        select customer_id, tier.tier, score.pd
        from risk.customer_tier as tier
        inner join risk.customer_score as score using (run_id, as_of_date, customer_id)
        where tier.run_id = %(standing)s and tier.as_of_date = %(day)s
    ) as standing using (customer_id)
    where tier.run_id = %(run)s and tier.as_of_date = %(day)s
"""


@dataclass(frozen=True)
class Settled:
    """How many customers were asked about, and how many of them would be in a better tier."""

    as_of_date: date
    customers: int
    better: int
    notes: list[str]


def settle(as_of_date: date, on_progress: Callable[[str], None]) -> Settled:
    """Ask of every customer of the high and the medium tier that owes on the published date what settling would do.

    `risk.counterfactual` holds the answers, those of an earlier time replaced. Raises LoudongError for a date that is
    not published or whose rows retention deleted; RunBusyError while a run or a load is at work.
    """
    with connect() as connection:
        check_version(connection)
        standing = standing_for(connection, as_of_date)
    if standing.kind != "daily":
        raise LoudongError(f"{as_of_date} is not published; run: loudong run --as-of {as_of_date}")
    notes: list[str] = []
    with policy_of(standing, notes) as (policy_version, folder):
        run = steps.open_run("comparison", (as_of_date,), policy_version, None)
        try:
            clear_aside()
            asked = propose(standing)
            on_progress(f"{as_of_date}: {asked:,} customers could settle what is past due")
            if asked:
                steps.build_aside(run.run_id, SCHEMA, standing.cutoff_at, folder, with_hypothesis=True)
            with connect() as connection:
                better = _judge(connection, run, standing) if asked else 0
        except BaseException as error:
            runs.close_run(run.run_id, "failed", str(error)[:2000])
            raise
        finally:
            clear_aside()
        runs.close_run(run.run_id, "done")
    return Settled(as_of_date, asked, better, notes)


def _judge(connection: Connection, run: runs.Run, standing: Standing) -> int:
    """Score and decide the hypothetical rows, take all of it back but the answers; how many would be better off."""
    daily = runs.Run(run.run_id, "daily", run.as_of_dates, run.portfolio, run.policy_version)
    with connection.transaction(force_rollback=True):
        move_policy(connection)
        _copy_features(connection, run, standing)
        _score(connection, daily, standing)
        create_decision_tables(connection, daily)
        decide_tiers(connection)
        asked = {"run": run.run_id, "standing": standing.run_id, "day": standing.as_of_date}
        answers = connection.execute(_RESULT.encode(), asked).fetchall()
    connection.execute("delete from risk.counterfactual where as_of_date = %s", (standing.as_of_date,))
    connection.cursor().executemany(
        "insert into risk.counterfactual (customer_id, as_of_date, run_id, settle_amount, settle_by_date, tier, pd, "
        "settled_tier, settled_decided_tier, settled_pd) "
        "select %(customer_id)s, %(day)s, %(run)s, owed.settle_amount, owed.settle_by_date, %(tier)s, %(pd)s, "
        "%(settled_tier)s, %(settled_decided_tier)s, %(settled_pd)s "
        "from aside.hypothesis as owed where owed.customer_id = %(customer_id)s",
        [
            dict(
                zip(
                    ("customer_id", "tier", "pd", "settled_tier", "settled_decided_tier", "settled_pd"),
                    row,
                    strict=True,
                )
            )
            | {"day": standing.as_of_date, "run": standing.run_id}
            for row in answers
        ],
    )
    better = connection.execute(
        "select customer_id from risk.counterfactual "
        "where as_of_date = %s and risk.tier_rank(settled_tier) < risk.tier_rank(tier)",
        (standing.as_of_date,),
    )
    return better.rowcount


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


def _score(connection: Connection, run: runs.Run, standing: Standing) -> None:
    """Pd of the hypothetical rows by the model that scored the date."""
    import pandas as pd

    from models.features import model_features
    from models.panel import as_numbers
    from models.points import score_points
    from models.registry import load_registered

    scorer = load_registered(str(standing.model_name), str(standing.model_version))
    names = [feature.name for feature in model_features()]
    query = sql.SQL("select customer_id, {} from marts.fct_customer_features where run_id = %s").format(
        sql.SQL(", ").join(map(sql.Identifier, names))
    )
    rows = connection.execute(query, (run.run_id,))
    while batch := rows.fetchmany(BATCH_ROWS):
        frame = pd.DataFrame([row[1:] for row in batch], columns=names)
        pds = scorer.pd(as_numbers(frame, model_features()))
        with connection.cursor().copy(
            "copy risk.customer_score (customer_id, as_of_date, run_id, pd, score_points, model_name, model_version, "
            "feature_version, is_hindsight, reasons) from stdin"
        ) as copy:
            for (customer_id, *_), value, points in zip(batch, pds.tolist(), score_points(pds).tolist(), strict=True):
                copy.write_row(
                    (customer_id, run.as_of_date, run.run_id, value, points, "", "", scorer.feature_version, True, "[]")
                )
