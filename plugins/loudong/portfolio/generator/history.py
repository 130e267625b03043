"""The history of one block of customers: who they are, and what every month brought."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from loudong.portfolio.generator import parameters as p
from loudong.portfolio.generator.calendar import Calendar
from loudong.portfolio.generator.process import NEVER, Month, State, days_past_due, step
from loudong.portfolio.generator.world import World

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Customers:
    """Who the customers of a block are. Days are days since 1970; `left` is NEVER for who stays."""

    number: Ints
    building: Ints
    industry: Ints
    is_enterprise: Flags
    frailty: Floats
    due_day: Ints
    onboarded: Ints
    left: Ints
    monthly_amount: Floats
    contract_type: Ints
    is_anchor: Flags

    def __len__(self) -> int:
        return len(self.number)


@dataclass(frozen=True)
class History:
    """What happened. Arrays are months x customers; states are those at the month ends."""

    customers: Customers
    months: list[Month]
    states: list[State]
    active: Flags
    dpd: Ints
    in_default: Flags


def simulate(world: World, calendar: Calendar, first: int, count: int, seed: int) -> History:
    """The history of customers `first` to `first + count - 1`, from a stream of random numbers of their own."""
    generator = np.random.default_rng(np.random.SeedSequence([seed, 1, first]))
    people = _people(world, calendar, first, count, generator)
    state = State(
        frailty=people.frailty,
        stress=generator.normal(0, p.STRESS_SPREAD, count),
        due_day=people.due_day,
        oldest_due=np.full(count, NEVER),
        default_since=np.full(count, NEVER),
        is_written_off=np.zeros(count, dtype=bool),
    )
    months, states, active, dpd, in_default = [], [], [], [], []
    for month in range(calendar.months):
        start, end = int(calendar.starts[month]), int(calendar.ends[month])
        # Who left is billed no more, but pays what is still owed.
        billed = (people.onboarded <= start) & ((people.left == NEVER) | (people.left >= start))
        owes = (state.oldest_due != NEVER) | (state.default_since != NEVER)
        here = (billed | owes) & ~state.is_written_off
        around = world.surroundings(month, people.building, people.industry)
        months.append(step(state, start, end, around, here, billed, generator))
        states.append(state.take(np.arange(count)))
        active.append(here & ~state.is_written_off)
        dpd.append(days_past_due(state, end))
        in_default.append(state.default_since != NEVER)
    return History(people, months, states, np.array(active), np.array(dpd), np.array(in_default))


def _people(world: World, calendar: Calendar, first: int, count: int, generator: np.random.Generator) -> Customers:
    building = generator.integers(0, len(world.building_type), count)
    kinds = world.building_type[building]
    enterprise_share = np.array([p.ENTERPRISE_SHARES[name] for name in p.BUILDING_TYPES])[kinds]
    is_enterprise = generator.random(count) < enterprise_share
    early = generator.random(count) < p.SHARE_AT_START
    span = calendar.last_day - calendar.first_day
    onboarded = np.where(
        early,
        calendar.first_day - generator.integers(30, 2000, count),
        calendar.first_day + generator.integers(0, span, count),
    )
    years = generator.geometric(p.LEAVING_CHANCE_A_YEAR, count)
    left = onboarded + 365 * years - 1
    left = np.where(left < calendar.first_day + 90, left + 365 * 6, left)
    left = np.where(left > calendar.last_day, NEVER, left)
    amount = np.where(
        is_enterprise, generator.lognormal(np.log(22_000), 0.8, count), generator.lognormal(np.log(4_500), 0.5, count)
    )
    # Lease, loan, credit line.
    contract_type = np.where(generator.random(count) < 0.62, 0, np.where(generator.random(count) < 0.55, 1, 2))
    return Customers(
        number=np.arange(first, first + count),
        building=building,
        industry=generator.integers(0, len(p.INDUSTRIES), count),
        is_enterprise=is_enterprise,
        frailty=generator.normal(0, p.FRAILTY_SPREAD, count),
        due_day=generator.integers(1, 29, count),
        onboarded=onboarded,
        left=left,
        monthly_amount=np.maximum(amount, np.where(is_enterprise, *p.LEAST_MONTHLY_AMOUNT))
        .round(-1)
        .astype(np.float64),
        contract_type=contract_type,
        is_anchor=is_enterprise & (generator.random(count) < 0.06),
    )
