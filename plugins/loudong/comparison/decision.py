"""Pd and tier on both sides: as published, and as the same model and policy say from what is known now."""

from dataclasses import dataclass, fields
from datetime import date

from psycopg import sql
from psycopg.rows import dict_row

from loudong.comparison.aside import columns_of, move_policy
from loudong.comparison.differences import Difference
from loudong.comparison.standing import Standing
from loudong.decisions.decide import create_decision_tables, decide_tiers
from loudong.errors import LoudongError
from loudong.pipeline.runs import Run
from loudong.warehouse.connect import Connection


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
    import pandas as pd

    from models.features import model_features
    from models.panel import as_numbers
    from models.registry import load_registered
    from models.scoring import score_frame

    rows = (
        connection.cursor(row_factory=dict_row)
        .execute(
            "select * from aside.fct_customer_features where run_id = %s and customer_id = %s",
            (run.run_id, customer_id),
        )
        .fetchall()
    )
    if not rows:
        return Decision()
    try:
        scorer = load_registered(str(standing.model_name), str(standing.model_version))
    except LoudongError as error:
        notes.append(f"today's pd and tier are left out: {error}")
        return Decision()
    scores = score_frame(scorer, as_numbers(pd.DataFrame(rows), model_features()))
    pds, points = float(scores.pd[0]), int(scores.score_points[0])
    with connection.transaction(force_rollback=True):
        return _decide(connection, run, customer_id, pds, points, scorer.feature_version)


def _decide(
    connection: Connection, run: Run, customer_id: str, pd: float, score_points: int, feature_version: str
) -> Decision:
    """Decide by the statements that decide every date, over the one customer; the caller takes all of it back."""
    daily = Run(run.run_id, "daily", run.as_of_dates, run.portfolio, run.policy_version)
    move_policy(connection)
    columns = sql.SQL(", ").join(map(sql.Identifier, columns_of(connection, "marts", "fct_customer_features")))
    connection.execute(
        sql.SQL(
            "insert into marts.fct_customer_features ({columns}) select {columns} from aside.fct_customer_features "
            "where run_id = %s and customer_id = %s"
        ).format(columns=columns),
        (run.run_id, customer_id),
    )
    connection.execute(
        "insert into risk.customer_score (customer_id, as_of_date, run_id, pd, score_points, model_name, "
        "model_version, feature_version, is_hindsight, reasons) values (%s, %s, %s, %s, %s, '', '', %s, true, '[]')",
        (customer_id, daily.as_of_date, run.run_id, pd, score_points, feature_version),
    )
    create_decision_tables(connection, daily)
    decide_tiers(connection)
    return decision_then(connection, run.run_id, daily.as_of_date, customer_id)
