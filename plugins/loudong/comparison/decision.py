"""Pd and tier on both sides: as published, and as the same model and policy say from what is known now."""

from collections.abc import Iterable
from dataclasses import dataclass, fields, replace
from datetime import date

from psycopg import sql

from loudong.comparison.aside import copy_features, move_policy
from loudong.comparison.differences import Difference
from loudong.comparison.standing import Standing
from loudong.decisions.decide import create_decision_tables, decide_tiers
from loudong.errors import LoudongError
from loudong.pipeline.runs import Run
from loudong.warehouse.connect import Connection

BATCH_ROWS = 5_000


@dataclass(frozen=True)
class Decision:
    """What was decided of a customer; all None where nothing was."""

    pd: float | None = None
    score_points: int | None = None
    tier: str | None = None
    decided_by: str | None = None
    floor_code: str | None = None

    def beside(self, now: "Decision") -> list[Difference]:
        """Both sides, column by column; none where nothing was decided then."""
        if self.tier is None:
            return []
        names = [field.name for field in fields(self)]
        return [Difference(None, name, getattr(self, name), getattr(now, name)) for name in names]


def decision_then(connection: Connection, run_id: str, as_of_date: date, customer_id: str) -> Decision:
    """Score and tier that the run gave the customer."""
    row = connection.execute(
        "select score.pd, score.score_points, tier.tier, tier.decided_by, tier.floor_code "
        "from risk.customer_score as score inner join risk.customer_tier as tier "
        "using (run_id, as_of_date, customer_id) where run_id = %s and as_of_date = %s and customer_id = %s",
        (run_id, as_of_date, customer_id),
    ).fetchone()
    return Decision(*row) if row else Decision()


def decision_now(connection: Connection, run: Run, standing: Standing, customer_id: str, notes: list[str]) -> Decision:
    """What the model of the standing run and the policy of `run` say of today's features. Nothing of it is kept.

    Where that model cannot score, a note says why and the result is empty.
    """
    with connection.transaction(force_rollback=True):
        if not copy_features(connection, run, [customer_id]):
            return Decision()
        try:
            scored = score_again(connection, run, standing.model)
        except LoudongError as error:
            notes.append(f"today's pd and tier are left out: {error}")
            return Decision()
        decide_again(connection, run, *scored)
        return decision_then(connection, run.run_id, standing.as_of_date, customer_id)


def score_again(connection: Connection, run: Run, model: tuple[str, str]) -> tuple[list[tuple[str, float, int]], str]:
    """What the model (name, version) says of the features that the caller has put into the mart for the run: customer,
    pd and score points of each of them; and the model's feature version."""
    import pandas as pd

    from models.features import model_features
    from models.panel import as_numbers
    from models.points import score_points
    from models.registry import load_registered

    scorer = load_registered(*model)
    names = [feature.name for feature in model_features()]
    query = sql.SQL("select customer_id, {} from marts.fct_customer_features where run_id = %s").format(
        sql.SQL(", ").join(map(sql.Identifier, names))
    )
    rows = connection.execute(query, (run.run_id,))
    scores: list[tuple[str, float, int]] = []
    while batch := rows.fetchmany(BATCH_ROWS):
        frame = pd.DataFrame([row[1:] for row in batch], columns=names)
        pds = scorer.pd(as_numbers(frame, model_features()))
        customers = [row[0] for row in batch]
        scores.extend(zip(customers, pds.tolist(), score_points(pds).tolist(), strict=True))
    return scores, scorer.feature_version


def decide_again(
    connection: Connection,
    run: Run,
    scores: Iterable[tuple[str, float, int]],
    feature_version: str,
    previous: tuple[str, date] | None = None,
) -> None:
    """Decide by the statements that decide every date, over the features that the caller has put into the mart for the
    run; the caller takes all of it back. `scores`: customer, pd and score points of each of them; `previous`: run and
    date to compare with, where that is not the newest published date before."""
    from models.scoring import COPY_SCORES

    daily = replace(run, kind="daily")
    move_policy(connection)
    with connection.cursor().copy(COPY_SCORES) as copy:
        for customer_id, pd, points in scores:
            copy.write_row((customer_id, daily.as_of_date, run.run_id, pd, points, "", "", feature_version, True, "[]"))
    create_decision_tables(connection, daily, previous)
    decide_tiers(connection)
