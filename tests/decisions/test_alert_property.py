"""No sequence of runs, runs again, late data and people's decisions breaks what an alert promises."""

from datetime import date, timedelta
from typing import Any

import hypothesis.strategies as st
from alert_days import D1, alert_life, days
from hypothesis import HealthCheck, settings
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from risk_world import World, ask

from loudong.decisions.alert_life import CLOSED, MOVES, STANDING
from loudong.errors import LoudongError
from loudong.policy.tables import SEVERITIES
from loudong.warehouse.connect import connect

DPD = st.sampled_from([0, 8, 31, 91, None])
ALERT = (
    "alert_id, status, severity, owner_role, owner_id, due_date, snoozed_until, outcome_code, closed_date, closed_by"
)
# What a person decides of an alert, and what of it may not change without another person.
LASTING = ("status", "owner_id", "outcome_code", "closed_date", "closed_by")


class AlertLife(RuleBasedStateMachine):
    """Two customers, some weeks; after every step all that is promised is looked at."""

    def __init__(self, world: World) -> None:
        super().__init__()
        self.world = world
        world.clear()
        self.newest = D1
        self.published: dict[date, dict[str, dict[str, Any]]] = {}
        # Alerts that people closed, as they left them.
        self.closed: dict[int, dict[str, Any]] = {}
        self.in_hand: dict[int, dict[str, Any]] = {}

    def _run(self, as_of_date: date, first: int | None, second: int | None) -> None:
        customers = {"C1": {"dpd_days": first}, "C2": {"dpd_days": second}}
        days(self.world, as_of_date, customers)
        self.published[as_of_date] = customers

    @initialize(first=DPD, second=DPD)
    def first_day(self, first: int | None, second: int | None) -> None:
        self._run(self.newest, first, second)

    @rule(step=st.sampled_from([1, 8, 31]), first=DPD, second=DPD)
    def a_day_follows(self, step: int, first: int | None, second: int | None) -> None:
        self.newest += timedelta(days=step)
        self._run(self.newest, first, second)

    @rule(first=DPD, second=DPD)
    def late_data_change_the_newest_day(self, first: int | None, second: int | None) -> None:
        self._run(self.newest, first, second)

    @rule()
    def the_newest_day_is_run_again(self) -> None:
        before = self._everything()
        days(self.world, self.newest, self.published[self.newest])
        assert self._everything() == before

    @rule(back=st.integers(1, 40), first=DPD)
    def an_older_day_is_filled_in(self, back: int, first: int | None) -> None:
        before = self._everything()
        days(self.world, self.newest - timedelta(days=back), {"C1": {"dpd_days": first}})
        assert self._everything() == before

    def _everything(self) -> list[tuple[Any, ...]]:
        return ask(f"select {ALERT} from risk.alert order by 1") + ask("select count(*) from risk.alert_event")

    @precondition(lambda self: ask("select 1 from risk.alert limit 1"))
    @rule(data=st.data(), kind=st.sampled_from([kind for kind, move in MOVES.items() if move.by_people]))
    def a_person_decides(self, data: st.DataObject, kind: str) -> None:
        alert_id = data.draw(st.sampled_from([row[0] for row in ask("select alert_id from risk.alert order by 1")]))
        status = self._alerts()[alert_id]["status"]
        events = ask("select count(*) from risk.alert_event")
        act, *arguments = {
            "acknowledged": (alert_life.acknowledge,),
            "noted": (alert_life.note,),
            "snoozed": (alert_life.snooze, self.newest + timedelta(days=5)),
            "resolved": (alert_life.resolve, "false_alarm"),
            "withdrawn": (alert_life.withdraw,),
            "assigned": (alert_life.assign, "R1"),
            "escalated": (alert_life.escalate, "risk_manager"),
        }[kind]
        try:
            with connect() as connection:
                act(alert_life.edit(connection, alert_id, "wang", "as told"), *arguments)
        except LoudongError:
            already_there = kind == "escalated" and self._alerts()[alert_id]["owner_role"] == "risk_manager"
            assert already_there or status not in MOVES[kind].sources
            assert ask("select count(*) from risk.alert_event") == events
            return
        assert status in MOVES[kind].sources
        left = self._alerts()[alert_id]
        self.in_hand.pop(alert_id, None)
        if left["status"] in CLOSED:
            self.closed[alert_id] = left
        elif left["status"] in ("acknowledged", "snoozed"):
            self.in_hand[alert_id] = left

    def _alerts(self) -> dict[int, dict[str, Any]]:
        names = ALERT.split(", ")
        return {row[0]: dict(zip(names, row, strict=True)) for row in ask(f"select {ALERT} from risk.alert")}

    @invariant()
    def one_alert_stands_per_rule_and_subject(self) -> None:
        assert (
            ask(
                "select customer_id, rule_code from risk.alert where status = any(%s) "
                "group by 1, 2 having count(*) > 1",
                list(STANDING),
            )
            == []
        )

    @invariant()
    def what_people_decided_lasts(self) -> None:
        now = self._alerts()
        for alert_id, left in self.closed.items():
            assert {name: now[alert_id][name] for name in LASTING} == {name: left[name] for name in LASTING}
        for alert_id, left in self.in_hand.items():
            if left["status"] == "acknowledged" or left["snoozed_until"] >= self.newest:
                assert now[alert_id]["status"] == left["status"]
                assert now[alert_id]["owner_id"] == left["owner_id"]

    @invariant()
    def every_change_is_a_row_that_follows_from_the_one_before(self) -> None:
        now = self._alerts()
        standing: dict[int, dict[str, Any]] = {}
        for alert_id, kind, actor, before, after, was, severity, changes in ask(
            "select alert_id, kind_code, actor, from_status, to_status, from_severity, to_severity, changes "
            "from risk.alert_event order by alert_event_id"
        ):
            move = MOVES[kind]
            assert before in move.sources
            assert after == (move.to or before)
            assert move.by_people or actor == "loudong"
            assert was is None or SEVERITIES.index(severity) >= SEVERITIES.index(was)
            state = standing.setdefault(alert_id, {})
            assert state.get("status") == before
            for name, change in changes.items():
                assert name not in state or state[name] == change["from"], name
                state[name] = change["to"]
            state |= {"status": after, "severity": severity}
        assert set(standing) == set(now)
        for alert_id, state in standing.items():
            shown = {name: None if value is None else str(value) for name, value in now[alert_id].items()}
            told = {name: None if value is None else str(value) for name, value in state.items() if name in shown}
            assert {name: shown[name] for name in told} == told


def test_no_sequence_of_runs_and_decisions_loses_one_or_doubles_an_alert(world: World) -> None:
    run_state_machine_as_test(
        lambda: AlertLife(world),
        settings=settings(
            max_examples=6,
            stateful_step_count=12,
            deadline=None,
            database=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
