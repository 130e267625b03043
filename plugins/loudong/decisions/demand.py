"""What policy demands of a date: alerts, actions and follow-up tasks, in the transaction that publishes it."""

from dataclasses import asdict, dataclass

from loudong.decisions.actions import demand_actions
from loudong.decisions.alerts import decide_alerts, dispatch_alerts, note_outcomes
from loudong.decisions.decide import create_decision_tables
from loudong.decisions.statements import add_demanded_indicators, execute
from loudong.decisions.tasks import demand_tasks
from loudong.pipeline.runs import Run
from loudong.publishing import ledger
from loudong.warehouse.connect import Connection


@dataclass(frozen=True)
class Demands:
    """What was written, as counts. `raised` is false where nothing is asked of anybody: for a date older than the
    newest published one, and for a run that changed nothing."""

    raised: bool = False
    alerts_opened: int = 0
    alerts_reopened: int = 0
    alerts_risen: int = 0
    alerts_hit_again: int = 0
    alerts_woken: int = 0
    alerts_withdrawn: int = 0
    alerts_lapsed: int = 0
    customers_waiting: int = 0
    alerts_breached: int = 0
    alerts_assigned: int = 0
    actions_proposed: int = 0
    actions_lapsed: int = 0
    actions_ended: int = 0
    enforcement_gaps: int = 0
    enforcement_gaps_in_force: int = 0
    tasks_created: int = 0
    tasks_cancelled: int = 0
    tasks_overdue: int = 0
    customers_screened: int = 0
    promises_broken: int = 0
    work_items: int = 0

    def as_dict(self) -> dict[str, object]:
        """The counts as plain values for ops.run_step."""
        return asdict(self)


def demand(connection: Connection, run: Run) -> Demands:
    """Write the alerts, actions and tasks that follow from the run's tiers and features.

    Demanding again for the same date raises nothing twice. A date older than the newest published one raises nothing.
    """
    newest = ledger.newest_published_date(connection)
    if newest is not None and run.as_of_date < newest:
        return Demands()
    create_decision_tables(connection, run)
    add_demanded_indicators(connection)
    execute(connection, "customer_tier")
    decided = decide_alerts(connection)
    note_outcomes(connection)
    alerts = asdict(decided) | asdict(dispatch_alerts(connection))
    actions = demand_actions(connection)
    tasks = demand_tasks(connection)
    work_items = execute(connection, "work")
    execute(connection, "contacts")
    connection.execute("select risk.refresh_statistics(), risk.refresh_work_statistics()")
    return Demands(
        raised=True,
        **alerts,
        actions_proposed=actions.proposed,
        actions_lapsed=actions.lapsed,
        actions_ended=actions.ended,
        enforcement_gaps=actions.gaps,
        enforcement_gaps_in_force=actions.gaps_in_force,
        tasks_created=tasks.created,
        tasks_cancelled=tasks.cancelled,
        tasks_overdue=tasks.overdue,
        customers_screened=tasks.screened,
        promises_broken=tasks.promises_broken,
        work_items=work_items,
    )
