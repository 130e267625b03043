"""What late corrections did to the tiers of a published date: the date is built once more as if they were not known.

A move is told in parts that are swapped in one after the other: new data first, late corrections second. So the parts
are told apart by the features of the date without the versions about dates up to the previous one that its run did not
know, of anybody; scored by the model of then and judged by its policy. The whole portfolio is built in the schema
`aside`, so that what late rows did to peers and neighbours counts as well. Only `risk.tier_move` is written: what was
counted under new data moves to late corrections, and the parts add up as before.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from loudong.comparison.aside import aside_run, copy_features, policy_of
from loudong.comparison.decision import decide_again, score_again
from loudong.comparison.late import leave_out
from loudong.comparison.standing import Standing, standing_for, stood_for
from loudong.decisions.moves import write_moves
from loudong.decisions.statements import execute
from loudong.errors import LoudongError
from loudong.pipeline import runs, steps
from loudong.transform.aside import SCHEMA
from loudong.warehouse.connect import Connection, connect
from loudong.warehouse.migrate import check_version

_MOVES = """
    select previous_date, count(*), count(*) filter (where not is_late_correction_known), bool_and(is_model_known)
    from risk.tier_move where run_id = %s and as_of_date = %s group by previous_date
"""
# Of those who are described the tier that they moved to, so that the parts are told of the same moves.
_MOVED = """
    update decision_tier as decided
    set final_rank = risk.tier_rank(move.tier)
    from risk.tier_move as move
    where move.run_id = %s and move.as_of_date = %s and move.customer_id = decided.customer_id
"""
_TELL = """
    update risk.tier_move as move
    set
        new_data_steps = told.steps,
        new_data_points = told.points,
        late_correction_steps = move.new_data_steps + move.late_correction_steps - told.steps,
        late_correction_points = move.new_data_points + move.late_correction_points - told.points,
        is_late_correction_known = true
    from unnest(%s::text[], %s::integer[], %s::integer[]) as told (customer_id, steps, points)
    where move.run_id = %s and move.as_of_date = %s and move.customer_id = told.customer_id
    returning move.late_correction_steps <> 0 or move.late_correction_points <> 0
"""


@dataclass(frozen=True)
class Told:
    """Of the `moves` of a date those of which late corrections could be told, and how many of these they moved. Nobody
    is `told` where no move asked for it."""

    as_of_date: date
    moves: int
    told: int
    moved: int
    notes: list[str]


def tell_late_corrections(as_of_date: date, on_progress: Callable[[str], None]) -> Told:
    """Tell new data and late corrections apart in the moves of a published date, unless nothing came late.

    The previous date is told by the run that stood for it when the date was decided. Raises LoudongError for a date
    that is not published, and where retention deleted rows of either date; RunBusyError while a run or a load is at
    work.
    """
    with connect() as connection:
        check_version(connection)
        standing = standing_for(connection, as_of_date)
        if standing.kind != "daily":
            raise LoudongError(f"{as_of_date} is not published; run: loudong run --as-of {as_of_date}")
        row = connection.execute(_MOVES.encode(), (standing.run_id, as_of_date)).fetchone()
        previous_date, moves, untold, is_model_known = row or (None, 0, 0, True)
        if not untold:
            return Told(as_of_date, moves, 0, 0, [])
        before = stood_for(connection, previous_date, standing.started_at)
    model = before.model if is_model_known else standing.model
    notes: list[str] = []
    with policy_of(standing, notes) as (policy_version, folder), aside_run(as_of_date, policy_version) as run:
        with connect() as connection:
            left_out = leave_out(connection, before.known, standing.known)
        on_progress(f"{as_of_date}: building without {left_out:,} rows that {previous_date} did not know")
        steps.build_aside(run.run_id, SCHEMA, standing.cutoff_at, folder, without_late=True)
        with connect() as connection:
            told = _without_late(connection, run, standing, before, model)
            given = [list(column) for column in zip(*told, strict=True)] or [[], [], []]
            moved = connection.execute(_TELL.encode(), (*given, standing.run_id, as_of_date)).fetchall()
    return Told(as_of_date, moves, len(told), sum(row[0] for row in moved), notes)


def _without_late(
    connection: Connection, run: runs.Run, standing: Standing, before: Standing, model: tuple[str, str]
) -> list[tuple[str, int, int]]:
    """Customer, tier steps and score points that new data alone moved; customers that are not described without the
    late rows are left out. All that it takes to know is taken back."""
    asked = (standing.run_id, standing.as_of_date)
    movers = connection.execute("select customer_id from risk.tier_move where run_id = %s and as_of_date = %s", asked)
    with connection.transaction(force_rollback=True):
        if not copy_features(connection, run, [row[0] for row in movers.fetchall()]):
            return []
        scored = score_again(connection, run, model)
        decide_again(connection, run, *scored, previous=(before.run_id, before.as_of_date))
        connection.execute(_MOVED.encode(), asked)
        execute(connection, "moves_open")
        write_moves(connection, before.policy_version != standing.policy_version)
        return connection.execute(
            "select customer_id, new_data_steps, new_data_points from risk.tier_move where run_id = %s", (run.run_id,)
        ).fetchall()
