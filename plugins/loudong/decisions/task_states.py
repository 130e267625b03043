"""What people do to tasks: done with an outcome, cancelled, assigned, noted; and the promises that come of it.

open or overdue -> done or cancelled. A run makes open tasks overdue.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from loudong.decisions.acts import Act, open_act
from loudong.errors import LoudongError
from loudong.warehouse.connect import Connection, connect

OPEN = ("open", "overdue")


@dataclass(frozen=True)
class Promise:
    """An amount that the customer promised to pay, in the portfolio's currency, and the last day for it."""

    amount: Decimal
    by_date: date


def finish_tasks(task_ids: Sequence[int], outcome_code: str, act: Act, promise: Promise | None = None) -> int:
    """Close tasks as done, all or none; how many. A promise belongs to an outcome that is one, and to one task.

    Raises LoudongError for an unknown task or outcome, a task that is closed, and a promise missing or out of place.
    """
    with connect() as connection:
        as_of_date = open_act(connection)
        _require_open(connection, task_ids)
        _require_outcome(connection, outcome_code, task_ids, promise, as_of_date)
        _close(connection, task_ids, "done", as_of_date, act, outcome_code)
        if promise is not None:
            connection.execute(
                "insert into risk.promise (customer_id, task_id, made_date, promised_date, promised_amount, "
                "recorded_by) select customer_id, task_id, %s, %s, %s, %s from risk.follow_up_task where task_id = %s",
                (as_of_date, promise.by_date, promise.amount, act.by, task_ids[0]),
            )
        return len(set(task_ids))


def cancel_tasks(task_ids: Sequence[int], act: Act) -> int:
    """Close tasks without their being done; how many. A LoudongError as in finish_tasks."""
    with connect() as connection:
        as_of_date = open_act(connection)
        _require_open(connection, task_ids)
        _close(connection, task_ids, "cancelled", as_of_date, act, None)
        return len(set(task_ids))


def assign_tasks(task_ids: Sequence[int], owner_id: str, act: Act) -> int:
    """Give tasks to somebody of the team or a manager the data name; how many. A LoudongError for anybody else."""
    with connect() as connection:
        as_of_date = open_act(connection)
        _require_open(connection, task_ids)
        known = connection.execute(
            "select 1 from staging.policy_team_member where member_id = %(id)s union all "
            "select 1 from marts.dim_building where manager_id = %(id)s union all "
            "select 1 from marts.dim_customer where manager_id = %(id)s limit 1",
            {"id": owner_id},
        ).fetchone()
        if known is None:
            raise LoudongError(f"nobody is called {owner_id}: neither in team_member.csv nor a manager of the data")
        _log(connection, task_ids, as_of_date, act, to_owner_id=owner_id)
        connection.execute(
            "update risk.follow_up_task set owner_id = %s where task_id = any(%s)", (owner_id, list(task_ids))
        )
        return len(set(task_ids))


def note_tasks(task_ids: Sequence[int], act: Act) -> int:
    """Keep a note on tasks, open or closed; how many."""
    with connect() as connection:
        as_of_date = open_act(connection)
        _states(connection, task_ids)
        _log(connection, task_ids, as_of_date, act)
        return len(set(task_ids))


def _states(connection: Connection, task_ids: Sequence[int]) -> dict[int, str]:
    rows = connection.execute(
        "select task_id, state from risk.follow_up_task where task_id = any(%s)", (list(task_ids),)
    ).fetchall()
    states: dict[int, str] = dict(rows)
    for task_id in task_ids:
        if task_id not in states:
            raise LoudongError(f"there is no task {task_id}; see: loudong task list")
    return states


def _require_open(connection: Connection, task_ids: Sequence[int]) -> None:
    for task_id, state in _states(connection, task_ids).items():
        if state not in OPEN:
            raise LoudongError(f"task {task_id} is {state}: it stays as it was decided")


def _require_outcome(
    connection: Connection, outcome_code: str, task_ids: Sequence[int], promise: Promise | None, as_of_date: date
) -> None:
    effects: dict[str, str] = dict(
        connection.execute("select outcome_code, effect_code from staging.policy_task_outcome order by 1").fetchall()
    )
    if outcome_code not in effects:
        raise LoudongError(f"unknown outcome '{outcome_code}': task_outcome.csv has {', '.join(effects)}")
    if effects[outcome_code] != "promised":
        if promise is not None:
            raise LoudongError(f"outcome {outcome_code} is no promise: leave out --promised-amount and --promised-date")
        return
    if promise is None or len(set(task_ids)) != 1:
        raise LoudongError(f"outcome {outcome_code} needs one task, --promised-amount and --promised-date")
    if promise.amount <= 0:
        raise LoudongError(f"--promised-amount must be above 0, not {promise.amount}")
    if promise.by_date <= as_of_date:
        raise LoudongError(f"--promised-date {promise.by_date} must lie after the newest published date {as_of_date}")


def _close(
    connection: Connection, task_ids: Sequence[int], state: str, as_of_date: date, act: Act, outcome_code: str | None
) -> None:
    _log(connection, task_ids, as_of_date, act, state, outcome_code)
    connection.execute(
        "update risk.follow_up_task set state = %s, outcome_code = %s, closed_date = %s, closed_by = %s "
        "where task_id = any(%s)",
        (state, outcome_code, as_of_date, act.by, list(task_ids)),
    )


def _log(
    connection: Connection,
    task_ids: Sequence[int],
    as_of_date: date,
    act: Act,
    to_state: str | None = None,
    outcome_code: str | None = None,
    to_owner_id: str | None = None,
) -> None:
    connection.execute(
        "insert into risk.follow_up_task_event (customer_id, task_id, as_of_date, actor, from_state, to_state, "
        "from_owner_id, to_owner_id, outcome_code, reason) "
        "select customer_id, task_id, %s, %s, state, coalesce(%s, state), owner_id, coalesce(%s, owner_id), %s, %s "
        "from risk.follow_up_task where task_id = any(%s) order by task_id",
        (as_of_date, act.by, to_state, to_owner_id, outcome_code, act.because, list(task_ids)),
    )


def list_tasks(
    owner: str | None = None,
    role: str | None = None,
    customer_id: str | None = None,
    is_overdue: bool = False,
    is_closed: bool = False,
    limit: int | None = None,
) -> list[dict[str, Any]]:
    """Open tasks (or closed ones) that meet every filter given, the first due first."""
    from psycopg.rows import dict_row

    states = ("done", "cancelled") if is_closed else ("overdue",) if is_overdue else OPEN
    with connect() as connection:
        return (
            connection.cursor(row_factory=dict_row)
            .execute(
                "select task_id, customer_id, trigger_code, kind_code, owner_role, owner_id, created_date, due_date, "
                "state, outcome_code, closed_by, closed_date, reason_en, reason_zh from risk.follow_up_task "
                "where state = any(%(states)s) and (%(owner)s::text is null or owner_id = %(owner)s) "
                "and (%(role)s::text is null or owner_role = %(role)s) "
                "and (%(customer)s::text is null or customer_id = %(customer)s) "
                "order by due_date, task_id limit %(limit)s",
                {"states": list(states), "owner": owner, "role": role, "customer": customer_id, "limit": limit},
            )
            .fetchall()
        )
