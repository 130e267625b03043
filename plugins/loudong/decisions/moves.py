"""Why a tier changed: what came of it from new data, late corrections, model, policy, cooldown and override.

The parts are swapped in one after the other, in this order, beginning with what stood on the previous published date,
so that they add up to the whole move. Only customers whose tier changed are looked at; the previous model scores, and
the previous policy decides, only where it is another one.

What cannot be told apart is never guessed. What became known late is told by building the date once more without it,
which `loudong.comparison.corrections` does when the date is published. Until then its part is 0 for whom there is none
of the customer, its building or its industry, and else counted under new data and marked in the row. So is the part of
a model whose predecessor cannot score any more.
"""

import logging
from dataclasses import dataclass
from itertools import compress

from psycopg import sql

from loudong.comparison.late import Known, files_after, is_late
from loudong.decisions.statements import add_indicators_of_mart, execute
from loudong.errors import LoudongError, MlflowUnreachableError
from loudong.landing.contract import Entity, entities
from loudong.pipeline.runs import Run, cutoff
from loudong.warehouse.connect import Connection

logger = logging.getLogger(__name__)

# Of the rows of an entity those about one of the customers that moved.
_ABOUT_CUSTOMER = "version.customer_id = move.customer_id"
_ABOUT_PARTY = "(version.customer_id = move.customer_id or version.related_customer_id = move.customer_id)"
_ABOUT_BUILDING = "version.building_id = move.building_id"
_ABOUT_INDUSTRY = "version.industry_code = move.industry_code"
_LATE = """
    update decision_move as move
    set is_late = true
    from {table} as version
    where not move.is_late and {about} and {is_late}
"""


@dataclass(frozen=True)
class Before:
    """What stood for the previous published date, and the model of now."""

    known: Known
    has_other_policy: bool
    model: tuple[str, str]
    model_now: tuple[str, str]


def explain_moves(connection: Connection, run: Run) -> int:
    """Write `tier_move` for the tiers that decide_tiers has just decided; how many changed. Own rows are replaced.

    Raises MlflowUnreachableError where the previous model is another one and cannot be asked for.
    """
    execute(connection, "moves_open")
    before = _before(connection, run)
    if before is not None:
        if before.model != before.model_now:
            _score_by_model_before(connection, run, before.model)
        _mark_late(connection, run, before.known)
    return write_moves(connection, before is not None and before.has_other_policy)


def write_moves(connection: Connection, has_other_policy: bool) -> int:
    """Write the parts of the moves of `decision_move`, the previous date's policy being another one or not."""
    if has_other_policy:
        execute(connection, "moves_policy_before")
        _add_indicators_before(connection)
    execute(connection, "moves_cases")
    execute(connection, "tier_qualified")
    return execute(connection, "moves")


def _before(connection: Connection, run: Run) -> Before | None:
    """What stood before; None where no tier changed. One run stood, so that every customer tells the same."""
    row = connection.execute(
        "select before.started_at, run.previous_date, move.policy_before <> run.policy_version, "
        "move.model_name_before, move.model_version_before, score.model_name, score.model_version "
        "from decision_run as run "
        "inner join ops.run as before on before.run_id = run.previous_run_id "
        "cross join decision_move as move "
        "inner join customer_score as score on score.run_id = run.run_id and score.as_of_date = run.as_of_date "
        "and score.customer_id = move.customer_id limit 1"
    ).fetchone()
    if row is None:
        return None
    started_at, previous_date, has_other_policy, *models = row
    timezone = run.portfolio.timezone
    known = Known(previous_date, started_at, cutoff(previous_date, timezone), timezone)
    return Before(known, has_other_policy, (models[0], models[1]), (models[2], models[3]))


def _score_by_model_before(connection: Connection, run: Run, model: tuple[str, str]) -> None:
    """Pd and points of what is known now by the model of then; null where that cannot score this release's features."""
    import numpy as np

    from models.features import model_features
    from models.points import score_points
    from models.reading import read_features
    from models.registry import load_registered

    connection.execute("update decision_move set pd_by_model_before = null, points_by_model_before = null")
    try:
        scorer = load_registered(*model)
    except MlflowUnreachableError:
        raise
    except LoudongError as error:
        logger.warning("moves of %s: the part of the model is counted under new data: %s", run.as_of_date, error)
        return
    moved = {row[0] for row in connection.execute("select customer_id from decision_move").fetchall()}
    for batch in read_features(run, model_features()):
        mine = np.array([customer in moved for customer in batch.customers])
        if mine.any():
            pds = scorer.pd(batch.frame[mine])
            connection.execute(
                "update decision_move set pd_by_model_before = told.pd, points_by_model_before = told.points "
                "from unnest(%s::text[], %s::double precision[], %s::integer[]) as told (customer_id, pd, points) "
                "where decision_move.customer_id = told.customer_id",
                (list(compress(batch.customers, mine)), pds.tolist(), score_points(pds).tolist()),
            )


def _add_indicators_before(connection: Connection) -> None:
    """Values that the policy before asks for and the present one does not, where the mart still has them."""
    rows = connection.execute(
        "select distinct indicator from decision_floor where policy_code = 'before' "
        "and indicator not in (select indicator from policy_tier_floor)"
    ).fetchall()
    add_indicators_of_mart(connection, [row[0] for row in rows])


def _mark_late(connection: Connection, run: Run, before: Known) -> None:
    """Mark who has rows that say something of dates up to the previous one, and that its run did not know."""
    files = files_after(connection, before)
    now = cutoff(run.as_of_date, run.portfolio.timezone)
    for entity in entities().values():
        connection.execute(
            sql.SQL(_LATE).format(
                table=sql.Identifier("landing", entity.name),
                about=_about(entity),
                is_late=is_late(entity, before, files, now),
            )
        )


def _about(entity: Entity) -> sql.SQL:
    if entity.name == "related_party":
        return sql.SQL(_ABOUT_PARTY)
    if "customer_id" in entity.column_names:
        return sql.SQL(_ABOUT_CUSTOMER)
    return sql.SQL(_ABOUT_INDUSTRY if "industry_code" in entity.column_names else _ABOUT_BUILDING)
