"""Actions that policy asks for on a date, and what the books say against those that hold."""

from dataclasses import dataclass

from loudong.decisions.statements import execute
from loudong.warehouse.connect import Connection


@dataclass(frozen=True)
class DemandedActions:
    """Counts of one date: proposals made, proposals dropped, actions whose period ended; contradictions that stand."""

    proposed: int
    lapsed: int
    ended: int
    gaps: int
    gaps_in_force: int


def demand_actions(connection: Connection) -> DemandedActions:
    """Propose what policy asks for, drop what it no longer does, and renew the contradictions, over the open date.

    What a person approved ends with its period or by a person's word, never by a run.
    """
    ended = execute(connection, "actions_ended")
    execute(connection, "actions_eligible")
    execute(connection, "actions_wanted")
    lapsed = execute(connection, "actions_lapsed")
    proposed = execute(connection, "actions_replaced") + execute(connection, "actions_proposed")
    return DemandedActions(proposed, lapsed, ended, *_find_gaps(connection))


def _find_gaps(connection: Connection) -> tuple[int, int]:
    """Contradictions that stand after the date, and those of them against what is in force."""
    for name in ("gaps", "gaps_credit", "gaps_limit", "gaps_standard", "gaps_ended", "gaps_found"):
        execute(connection, name)
    row = connection.execute(
        "select count(*), count(*) filter (where is_in_force) from enforcement_gap where ended_date is null"
    ).fetchone()
    return (row[0], row[1]) if row else (0, 0)
