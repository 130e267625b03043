"""Promise of actions and tasks: no order of runs, re-runs, late data and people's decisions loses a decision, opens a
task twice or puts two actions of a kind into force."""

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from risk_world import World, ask

from loudong.decisions.action_states import IN_FORCE, TRANSITIONS, move_actions
from loudong.decisions.acts import Act
from loudong.decisions.decide import decide
from loudong.decisions.task_states import assign_tasks, cancel_tasks, finish_tasks, note_tasks
from loudong.publishing.publish import publish

START = date(2025, 3, 1)
# A date is run `ahead` days after the newest one: 0 runs it again, less than 0 is a backfill.
RUN = st.tuples(
    st.just("run"),
    st.sampled_from([-2, 0, 0, 1, 1, 1, 8, 31]),
    st.sampled_from([0.01, 0.05, 0.5]),
    st.sampled_from([0, 0, 5, 40, 95, None]),
)
MOVE = st.tuples(st.just("action"), st.integers(0, 50), st.sampled_from(["approved", "sent", "confirmed", "lapsed"]))
TASK = st.tuples(st.just("task"), st.integers(0, 50), st.sampled_from(["done", "cancel", "assign", "note"]))
LEAST = 2


class Story:
    """What was run and decided so far, and what of it must still stand."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.newest = START
        self.acts = 0
        self.decided_actions: dict[int, str] = {}
        self.decided_tasks: dict[int, tuple[Any, ...]] = {}
        self.owners: dict[int, str] = {}

    def run(self, ahead: int, pd: float, dpd_days: int | None) -> None:
        as_of_date = max(self.newest + timedelta(days=ahead), START)
        run = self.world.run(as_of_date, {"C1": {"pd": pd, "dpd_days": dpd_days}, "C2": {"pd": pd, "dpd_days": 0}})
        decide(run)
        self.world.finish(run, publish(run).verdict)
        self.newest = max(self.newest, as_of_date)

    def action(self, pick: int, to_state: str) -> None:
        rows = ask(
            "select action_id, state from risk.customer_action where period_end_date >= %s order by 1", self.newest
        )
        movable = [action_id for action_id, state in rows if to_state in TRANSITIONS[state]]
        if not movable:
            return
        action_id = movable[pick % len(movable)]
        if to_state == "approved":
            held = ask(
                "select held.action_id from risk.customer_action as held join risk.customer_action as moved "
                "using (customer_id, action_code) where moved.action_id = %s and held.state = any(%s)",
                action_id,
                list(IN_FORCE),
            )
            self.decided_actions |= {row[0]: "lapsed" for row in held}
            self.acts += len(held)
        move_actions([action_id], to_state, Act("R1", "as decided"))
        self.decided_actions[action_id] = to_state
        self.acts += 1

    def task(self, pick: int, what: str) -> None:
        rows = ask("select task_id from risk.follow_up_task where state in ('open', 'overdue') order by 1")
        if not rows:
            return
        task_id, act = rows[pick % len(rows)][0], Act("R1", "as decided")
        self.acts += 1
        if what == "done":
            finish_tasks([task_id], "reached", act)
            self.decided_tasks[task_id] = ("done", "reached", "R1")
        elif what == "cancel":
            cancel_tasks([task_id], act)
            self.decided_tasks[task_id] = ("cancelled", None, "R1")
        elif what == "assign":
            assign_tasks([task_id], f"CL0{pick % 2 + 1}", act)
            self.owners[task_id] = f"CL0{pick % 2 + 1}"
        else:
            note_tasks([task_id], act)
            self.owners.setdefault(
                task_id, ask("select owner_id from risk.follow_up_task where task_id = %s", task_id)[0][0]
            )

    def require(self) -> None:
        """Everything that was promised holds now."""
        actions = {
            row[0]: row[1:]
            for row in ask("select action_id, state, period_end_date, lapsed_by from risk.customer_action")
        }
        for action_id, decided in self.decided_actions.items():
            state, period_end_date, lapsed_by = actions[action_id]
            if state != decided:
                assert (state, lapsed_by) == ("lapsed", "loudong")
                assert period_end_date < self.newest, "a decision was ended before its period was over"
        tasks = {
            row[0]: row[1:]
            for row in ask("select task_id, state, outcome_code, closed_by, owner_id from risk.follow_up_task")
        }
        for task_id, decided_task in self.decided_tasks.items():
            assert tasks[task_id][:3] == decided_task
        for task_id, owner in self.owners.items():
            assert tasks[task_id][3] == owner
            assert tasks[task_id][2] != "loudong", "a run closed what a person had touched"
        for table in ("customer_action_event", "follow_up_task_event"):
            assert ask(f"select count(*) from risk.{table} where actor not in ('loudong', 'R1')") == [(0,)]
        assert ask(
            "select (select count(*) from risk.customer_action_event where actor = 'R1') "
            "+ (select count(*) from risk.follow_up_task_event where actor = 'R1')"
        ) == [(self.acts,)]
        for table, where, key in (
            ("customer_action", "state in ('approved', 'sent', 'confirmed')", "customer_id, action_code"),
            ("customer_action", "state = 'proposed'", "customer_id, action_code"),
            ("follow_up_task", "state in ('open', 'overdue')", "customer_id, trigger_code, kind_code, step"),
            ("follow_up_task", "spell_id is not null", "customer_id, spell_id, step"),
        ):
            assert ask(f"select {key} from risk.{table} where {where} group by {key} having count(*) > 1") == []


@pytest.fixture(scope="module")
def told() -> list[int]:
    """People's decisions per example: the test must not pass on none."""
    return []


@settings(
    max_examples=12,
    deadline=None,
    derandomize=True,
    database=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)
@given(steps=st.lists(st.one_of(RUN, RUN, MOVE, TASK), min_size=6, max_size=12))
def test_no_order_of_runs_and_decisions_loses_a_decision_or_asks_twice(
    world: World, told: list[int], steps: list[tuple[Any, ...]]
) -> None:
    world.clear()
    story = Story(world)
    story.run(0, 0.5, 40)
    for step in steps:
        getattr(story, step[0])(*step[1:])
    story.require()
    told.append(story.acts)


def test_the_sequences_held_decisions_of_people(told: list[int]) -> None:
    assert sum(acts >= LEAST for acts in told) >= 5
