"""Follow-up that policy asks for on a date: by the calendar, by event, by indicator, and by arrears."""

from dataclasses import dataclass

from loudong.decisions.statements import execute
from loudong.warehouse.connect import Connection


@dataclass(frozen=True)
class DemandedTasks:
    """Counts of one date: tasks asked for, cancelled because their reason is gone and newly overdue, new customers
    screened, promises found broken."""

    created: int
    cancelled: int
    overdue: int
    screened: int
    promises_broken: int


def demand_tasks(connection: Connection) -> DemandedTasks:
    """Ask for the work of the open date. Events go before the regular contact, which waits while any task is open.

    What a person closed, assigned or noted is reopened and cancelled by no run.
    """
    execute(connection, "tasks")
    overdue = execute(connection, "tasks_overdue")
    for name in ("tasks_screened", "tasks_rise", "tasks_indicator", "tasks_promise", "tasks_spell", "tasks_dunning"):
        execute(connection, name)
    created = execute(connection, "tasks_created")
    execute(connection, "tasks_dunned")
    cancelled = execute(connection, "tasks_cancelled")
    execute(connection, "tasks_regular")
    created += execute(connection, "tasks_created")
    row = connection.execute(
        "select (select count(*) from customer_screening as screened inner join decision_run as run "
        "on screened.screened_date = run.as_of_date where screened.result_code <> 'taken_over'), "
        "(select count(*) from promise inner join decision_run as run on promise.judged_date = run.as_of_date "
        "where promise.state = 'broken')"
    ).fetchone()
    return DemandedTasks(created, cancelled, overdue, *(row or (0, 0)))
