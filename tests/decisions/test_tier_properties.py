"""Properties of the tiers: monotone in risk; and whatever is run, run again, learned late and decided by people, every
tier is what the rules say, with a reason, no human decision is lost, and the parts of every move add up."""

from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from decisions.dated import Days, at, on
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from risk_world import PORTFOLIO, World, ask

from loudong.decisions.override import end_override, make_override
from loudong.errors import LoudongError
from loudong.policy.tables import TIERS

FEW = settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
PDS = st.sampled_from((0.001, 0.0199, 0.02, 0.05, 0.0799, 0.08, 0.4))
DPDS = st.sampled_from((None, 0, 30, 31, 90, 91))
GAPS = st.sampled_from((1, 1, 2, 7, 14, 30))
CUT_OFFS = (0.02, 0.08)
HOLD_DAYS = {2: 14, 3: 30}
STATE = st.tuples(PDS, DPDS)


def qualified(pd: float, dpd: int | None) -> int:
    """Rank of the tier that pd and days past due ask for, by the standing policy."""
    by_dpd = 1 if dpd is None or dpd <= 30 else 2 if dpd <= 90 else 3
    return max(1 + sum(pd >= bound for bound in CUT_OFFS), by_dpd)


@settings(FEW, max_examples=3)
@given(
    gaps=st.lists(GAPS, min_size=3, max_size=3),
    histories=st.lists(st.lists(STATE, min_size=3, max_size=3), min_size=4, max_size=4),
    ends=st.lists(STATE, min_size=6, max_size=6),
)
def test_with_equal_history_more_pd_or_more_days_past_due_never_give_a_lower_tier(
    world: World, gaps: list[int], histories: list[list[tuple[float, int | None]]], ends: list[tuple[float, int | None]]
) -> None:
    world.clear()
    days, offset = Days(world), 0
    for step in range(4):
        states = {
            f"H{number}E{end}": (*history, ends[end])[step]
            for number, history in enumerate(histories)
            for end in range(len(ends))
        }
        days.publish(offset, **{name: {"pd": pd, "dpd_days": dpd} for name, (pd, dpd) in states.items()})
        offset += gaps[step] if step < 3 else 0
    tiers = dict(
        ask("select customer_id, risk.tier_rank(tier) from risk.customer_tier where as_of_date = %s", on(offset))
    )
    for number in range(len(histories)):
        for one, (pd, dpd) in enumerate(ends):
            for other, (more_pd, more_dpd) in enumerate(ends):
                if pd <= more_pd and (dpd or 0) <= (more_dpd or 0):
                    assert tiers[f"H{number}E{one}"] <= tiers[f"H{number}E{other}"]


@dataclass
class Told:
    """What a published date must say, worked out here from what was told before."""

    rank: int
    rule_rank: int
    below: dict[int, int | None]  # rank -> offset since which the customer qualifies for less


@dataclass
class Story:
    """A customer's days as they were published, and what people decided."""

    days: Days
    states: dict[int, tuple[float, int | None]] = field(default_factory=dict)
    told: dict[int, Told] = field(default_factory=dict)
    made: list[dict[str, Any]] = field(default_factory=list)

    @property
    def now(self) -> datetime:
        """Noon of the day after the newest published one."""
        return at(max(self.states, default=-1) + 1)

    def publish(self, offset: int, state: tuple[float, int | None]) -> str:
        self.told[offset] = self.expected(offset, state)
        self.states[offset] = state
        return self.days.publish(offset, C1={"pd": state[0], "dpd_days": state[1]})

    def expected(self, offset: int, state: tuple[float, int | None]) -> Told:
        rank = qualified(*state)
        before = self.told.get(max((day for day in self.told if day < offset), default=-1))
        below = {
            level: None if rank >= level else offset if before is None or (s := before.below[level]) is None else s
            for level in (2, 3)
        }
        rule = rank
        for level, since in below.items():
            if before is not None and before.rule_rank >= level and since is not None:
                rule = max(rule, level if offset - since < HOLD_DAYS[level] else 0)
        standing = self.standing(offset)
        final = rule
        if standing is not None:
            final = max(TIERS.index(standing["tier"]) + 1, 3 if (state[1] or 0) > 90 else 1)
        return Told(final, rule, below)

    def standing(self, offset: int) -> dict[str, Any] | None:
        """The override that the date knows: made before it ended, not ended by then, not expired."""
        end = datetime.combine(on(offset + 1), time.min, ZoneInfo(PORTFOLIO.timezone))
        for one in self.made:
            if one["at"] < end and (one["ended"] is None or one["ended"] >= end) and on(offset) <= one["until"]:
                return one
        return None

    def decide(self, tier: str, length: int) -> None:
        """A person overrides; where an override stands already, that is refused."""
        open_ones = [one for one in self.made if one["ended"] is None]
        today = self.now.date()
        until = today + timedelta(days=length)
        if open_ones and open_ones[0]["until"] >= today:
            try:
                make_override("C1", tier, "Li Lei", "why", until, self.now)
            except LoudongError:
                return
            raise AssertionError("a second override was made")
        for one in open_ones:
            one["ended"] = self.now
        number = make_override("C1", tier, "Li Lei", "why", until, self.now).override_id
        self.made.append({"tier": tier, "at": self.now, "until": until, "ended": None, "number": number})

    def end(self) -> None:
        for one in self.made:
            if one["ended"] is None:
                end_override("C1", "Han Meimei", "settled", self.now)
                one["ended"] = self.now

    def check(self) -> None:
        published = ask(
            "select as_of_date, risk.tier_rank(tier), risk.tier_rank(rule_tier), decided_by, override_id, "
            "trace ->> 'policy_row', floor_code from risk.customer_tier "
            "inner join ops.publication using (run_id, as_of_date) where superseded_at is null"
        )
        assert {row[0] for row in published} == {on(offset) for offset in self.told}
        for as_of_date, rank, rule, decided_by, number, policy_row, floor_code in published:
            offset = (as_of_date - on(0)).days
            want, standing = self.told[offset], self.standing(offset)
            assert (rank, rule) == (want.rank, want.rule_rank), as_of_date
            assert number == (standing["number"] if standing else None)
            assert (policy_row is not None) == (decided_by != "override")
            assert (floor_code is not None) == (decided_by == "floor")
        kept = ask("select override_id, tier, expires_date, created_at, ended_at from risk.tier_override order by 1")
        assert kept == [(one["number"], one["tier"], one["until"], one["at"], one["ended"]) for one in self.made]
        assert ask("select count(*) from risk.tier_override_event") == [
            (len(self.made) + sum(one["ended"] is not None for one in self.made),)
        ]
        unequal = ask(
            "select tier.customer_id from risk.customer_tier as tier left join risk.tier_move as move "
            "using (customer_id, as_of_date, run_id) where (tier.tier <> tier.previous_tier) is distinct from true "
            "and move.run_id is not null or tier.tier <> tier.previous_tier and (move.run_id is null or "
            "risk.tier_rank(tier.tier) - risk.tier_rank(tier.previous_tier) <> new_data_steps + late_correction_steps "
            "+ model_steps + policy_steps + cooldown_steps + override_steps)"
        )
        assert unequal == []


ACTIONS = st.one_of(
    st.tuples(st.just("next"), GAPS, STATE),
    st.tuples(st.just("next"), GAPS, STATE),
    st.tuples(st.just("again"), st.integers(0, 9)),
    st.tuples(st.just("late"), st.integers(0, 9), STATE),
    st.tuples(st.just("override"), st.sampled_from(TIERS), st.integers(0, 20)),
    st.tuples(st.just("end")),
    st.tuples(st.just("failed"), STATE),
)


@settings(FEW, max_examples=6)
@given(first=STATE, actions=st.lists(ACTIONS, min_size=4, max_size=7))
def test_no_sequence_of_runs_late_data_and_human_decisions_loses_a_decision_or_leaves_a_tier_without_a_reason(
    world: World, first: tuple[float, int | None], actions: list[tuple[Any, ...]]
) -> None:
    world.clear()
    story = Story(Days(world))
    story.publish(0, first)
    for kind, *given_values in actions:
        newest = max(story.states)
        if kind == "next":
            story.publish(newest + given_values[0], given_values[1])
        elif kind == "again":
            # What stands before the date may have changed since it was run; after that it says the same again.
            chosen = sorted(story.states)[given_values[0] % len(story.states)]
            story.publish(chosen, story.states[chosen])
            assert story.publish(chosen, story.states[chosen]) == "unchanged"
        elif kind == "late":
            chosen = sorted(story.states)[given_values[0] % len(story.states)]
            story.publish(chosen, given_values[1])
        elif kind == "override":
            story.decide(*given_values)
        elif kind == "end":
            story.end()
        else:
            story.days.publish(
                newest + 1, is_published=False, C1={"pd": given_values[0][0], "dpd_days": given_values[0][1]}
            )
        story.check()
