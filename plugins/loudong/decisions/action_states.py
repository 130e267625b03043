"""The states of an action and who may move it: the one place where people's decisions on actions are made.

proposed -> approved -> sent -> confirmed, and from each of them -> lapsed.
"""

from collections.abc import Sequence
from datetime import date
from typing import Any

from loudong.decisions.acts import Act, open_act
from loudong.errors import LoudongError
from loudong.warehouse.connect import Connection, connect

TRANSITIONS = {
    "proposed": ("approved", "lapsed"),
    "approved": ("sent", "lapsed"),
    "sent": ("confirmed", "lapsed"),
    "confirmed": ("lapsed",),
    "lapsed": (),
}
IN_FORCE = ("approved", "sent", "confirmed")


def move_actions(action_ids: Sequence[int], to_state: str, act: Act) -> int:
    """Move actions to `to_state`, all or none; how many. Approving one ends what was in force of the same kind.

    Raises LoudongError for an unknown action, a move that its state does not allow, and an approval after its period.
    """
    with connect() as connection:
        as_of_date = open_act(connection)
        standing = _standing(connection, action_ids)
        for action_id in action_ids:
            _require_move(action_id, standing.get(action_id), to_state, as_of_date)
        ids = sorted(standing)
        if to_state == "approved":
            _approve(connection, ids, as_of_date, act)
        elif to_state == "lapsed":
            _lapse(connection, ids, as_of_date, act, act.because)
        else:
            _log(connection, ids, to_state, as_of_date, act, act.because)
            connection.execute("update risk.customer_action set state = %s where action_id = any(%s)", (to_state, ids))
        return len(ids)


def _standing(connection: Connection, action_ids: Sequence[int]) -> dict[int, tuple[str, date]]:
    rows = connection.execute(
        "select action_id, state, period_end_date from risk.customer_action where action_id = any(%s)",
        (list(action_ids),),
    ).fetchall()
    return {row[0]: (row[1], row[2]) for row in rows}


def _require_move(action_id: int, standing: tuple[str, date] | None, to_state: str, as_of_date: date) -> None:
    if standing is None:
        raise LoudongError(f"there is no action {action_id}; see: loudong action list")
    state, period_end_date = standing
    if to_state not in TRANSITIONS[state]:
        may = " or ".join(TRANSITIONS[state]) or "nothing else"
        raise LoudongError(f"action {action_id} is {state}: it can become {may}, not {to_state}")
    if to_state != "lapsed" and period_end_date < as_of_date:
        raise LoudongError(
            f"the period of action {action_id} ended on {period_end_date}: it can no longer become {to_state}"
        )


def _approve(connection: Connection, ids: list[int], as_of_date: date, act: Act) -> None:
    """Approve proposals; of the same standard as what they renew, they are in force since the same date."""
    held = connection.execute(
        "select held.action_id, held.standard_code, held.in_force_from_date, proposal.action_id, "
        "proposal.standard_code from risk.customer_action as proposal inner join risk.customer_action as held "
        "on held.customer_id = proposal.customer_id and held.action_code = proposal.action_code "
        "and held.state = any(%s) where proposal.action_id = any(%s)",
        (list(IN_FORCE), ids),
    ).fetchall()
    since = {row[3]: row[2] for row in held if row[1] == row[4]}
    for held_id, _, _, proposal_id, _ in held:
        _lapse(connection, [held_id], as_of_date, act, f"replaced by action {proposal_id}: {act.because}")
    _log(connection, ids, "approved", as_of_date, act, act.because)
    connection.execute(
        "update risk.customer_action as action set state = 'approved', approved_by = %s, in_force_from_date = "
        "coalesce(renewed.since_date, greatest(action.period_start_date, %s::date)) "
        "from unnest(%s::bigint[], %s::date[]) as renewed (action_id, since_date) "
        "where action.action_id = renewed.action_id",
        (act.by, as_of_date, ids, [since.get(action_id) for action_id in ids]),
    )


def _lapse(connection: Connection, ids: list[int], as_of_date: date, act: Act, reason: str) -> None:
    _log(connection, ids, "lapsed", as_of_date, act, reason)
    connection.execute(
        "update risk.customer_action set state = 'lapsed', lapsed_by = %s, lapsed_date = %s where action_id = any(%s)",
        (act.by, as_of_date, ids),
    )


def _log(connection: Connection, ids: list[int], to_state: str, as_of_date: date, act: Act, reason: str) -> None:
    connection.execute(
        "insert into risk.customer_action_event "
        "(customer_id, action_id, as_of_date, actor, from_state, to_state, reason) "
        "select customer_id, action_id, %s, %s, state, %s, %s from risk.customer_action where action_id = any(%s) "
        "order by action_id",
        (as_of_date, act.by, to_state, reason, ids),
    )


def list_actions(
    state: str | None = None,
    code: str | None = None,
    tier: str | None = None,
    customer_id: str | None = None,
    standard: str | None = None,
    limit: int | None = None,
) -> list[dict[str, Any]]:
    """Actions that meet every filter given, those not lapsed where no state is; newest period first."""
    from psycopg.rows import dict_row

    with connect() as connection:
        return (
            connection.cursor(row_factory=dict_row)
            .execute(
                "select action_id, customer_id, action_code, standard_code, tier, state, period_start_date, "
                "period_end_date, in_force_from_date, approved_by, intent from risk.customer_action "
                "where case when %(state)s::text is null then state <> 'lapsed' else state = %(state)s end "
                "and (%(code)s::text is null or action_code = %(code)s) "
                "and (%(tier)s::text is null or tier = %(tier)s) "
                "and (%(customer)s::text is null or customer_id = %(customer)s) "
                "and (%(standard)s::text is null or standard_code = %(standard)s) "
                "order by period_start_date desc, customer_id, action_code, action_id limit %(limit)s",
                {
                    "state": state,
                    "code": code,
                    "tier": tier,
                    "customer": customer_id,
                    "standard": standard,
                    "limit": limit,
                },
            )
            .fetchall()
        )
