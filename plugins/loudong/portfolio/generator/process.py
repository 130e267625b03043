"""The behaviour of customers, one month at a time: the single source for the history and for its continuations.

State is Markov: stress, arrears (oldest unpaid due date), default. Paying is memoryless by the day, so nothing about
the future hides in the state at a month end.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from loudong.portfolio.generator import parameters as p

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]
NEVER = np.int64(-1)


@dataclass
class State:
    """Where each customer stands at the end of a month. Days are days since 1970, NEVER where there is none."""

    frailty: Floats
    stress: Floats
    due_day: Ints
    oldest_due: Ints
    default_since: Ints
    is_written_off: Flags

    def take(self, rows: Ints) -> "State":
        """A copy of some rows, in their order."""
        return State(*(getattr(self, name)[rows].copy() for name in self.__dataclass_fields__))


@dataclass(frozen=True)
class Month:
    """What one month brought, as days; NEVER where it did not happen.

    `paid_date` covers the month's installment, `cleared_date` all that was owed before; often they are one payment.
    """

    due_date: Ints
    paid_date: Ints
    cleared_date: Ints
    default_date: Ints
    is_sudden: Flags
    is_written_off: Flags
    risk: Floats


def risk_index(state: State, surroundings: Floats) -> Floats:
    """Log odds of trouble against the average customer."""
    return state.frailty + state.stress + surroundings


def step(
    state: State,
    start: int,
    end: int,
    surroundings: Floats,
    active: Flags,
    billed: Flags,
    generator: np.random.Generator,
) -> Month:
    """Move `state` through the month from `start` to `end` (days, inclusive) and say what happened.

    `surroundings` is the part of the risk index that building and industry bring. Customers who are not `active`
    do nothing; of the others only those `billed` get a new installment.
    """
    count = len(state.stress)
    innovation = p.STRESS_SPREAD * np.sqrt(1 - p.STRESS_PERSISTENCE**2)
    state.stress = p.STRESS_PERSISTENCE * state.stress + generator.normal(0, innovation, count)
    risk = risk_index(state, surroundings)
    due = start + state.due_day - 1
    falls_due = active & billed & (due <= end) & ~state.is_written_off
    owed_before = state.oldest_due != NEVER
    in_default = state.default_since != NEVER
    default_age = np.full(count, p.DEFAULT_DPD_DAYS + 1)

    # Clearing old arrears: days from the start of the month, by the age that the arrears have then.
    old_paid = (
        start
        - 1
        + _days_to_clear(
            risk, np.where(in_default, default_age, np.where(owed_before, start - state.oldest_due, 0)), generator
        )
    )
    old_clears = active & owed_before & (old_paid <= end) & ~state.is_written_off
    still_owes_on_due = owed_before & ~(old_clears & (old_paid < due))

    # A customer without arrears on the due date pays then, or falls behind and clears some days later.
    on_time = ~in_default & (generator.random(count) >= _logistic(p.LATE_LOG_ODDS + p.LATE_SLOPE * risk))
    new_paid = due + _days_to_clear(risk, np.where(in_default, default_age, 0), generator)
    fresh = falls_due & ~still_owes_on_due
    pays_new = fresh & (on_time | (new_paid <= end))
    paid_new = np.where(on_time, due, new_paid)

    # What is cleared on or after the due date includes this month's installment.
    paid = np.where(pays_new, paid_new, np.where(old_clears & ~(fresh & ~pays_new), old_paid, NEVER))
    paid_old = np.where(old_clears, old_paid, NEVER)
    oldest_for_default = np.where(owed_before, state.oldest_due, np.where(fresh & ~pays_new, due, NEVER))

    limit = oldest_for_default + p.DEFAULT_DPD_DAYS + 1
    in_month = (oldest_for_default != NEVER) & (limit >= start) & (limit <= end)
    overdue_default = active & in_month & (state.default_since == NEVER) & ~(old_clears & (old_paid <= limit))
    sudden_chance = np.minimum(p.SUDDEN_CHANCE * np.exp(p.SUDDEN_SLOPE * risk), p.SUDDEN_CAP)
    sudden = active & (state.default_since == NEVER) & ~overdue_default & (generator.random(count) < sudden_chance)
    sudden_day = generator.integers(start, end + 1, count)
    default_date = np.where(overdue_default, limit, np.where(sudden, sudden_day, NEVER))

    # Whoever defaults out of the blue stops paying from that day on.
    stopped = sudden & (paid > sudden_day)
    paid = np.where(stopped, NEVER, paid)
    old_stopped = sudden & (paid_old > sudden_day)
    paid_old = np.where(old_stopped, NEVER, paid_old)
    due_unpaid = falls_due & (paid == NEVER)

    cleared = (paid_old != NEVER) | ((paid != NEVER) & ~owed_before)
    oldest = np.where(owed_before & (paid_old == NEVER), state.oldest_due, NEVER)
    oldest = np.where((oldest == NEVER) & due_unpaid, due, oldest)
    back_in_order = (state.default_since != NEVER) & cleared & (oldest == NEVER)
    state.oldest_due = oldest
    state.default_since = np.where(back_in_order, NEVER, state.default_since)
    state.default_since = np.where(default_date != NEVER, default_date, state.default_since)
    lost = (
        (state.default_since != NEVER)
        & ~state.is_written_off
        & (end - state.default_since >= 30 * p.WRITE_OFF_MONTHS)
        & active
    )
    state.is_written_off = state.is_written_off | lost
    return Month(
        due_date=np.where(falls_due, due, NEVER),
        paid_date=np.where(falls_due, paid, NEVER),
        cleared_date=paid_old,
        default_date=default_date,
        is_sudden=sudden,
        is_written_off=lost,
        risk=risk,
    )


def days_past_due(state: State, day: int) -> Ints:
    """Days past due at the end of `day`."""
    return np.where(state.oldest_due != NEVER, np.maximum(day - state.oldest_due, 0), 0)


def next_factor(factor: Floats, spread: float, persistence: float, generator: np.random.Generator) -> Floats:
    """A surrounding factor one month on (first-order autoregressive, standard deviation `spread`)."""
    return persistence * factor + generator.normal(0, spread * np.sqrt(1 - persistence**2), factor.shape)


def _days_to_clear(risk: Floats, age: Ints, generator: np.random.Generator) -> Ints:
    """Days until arrears of `age` days are cleared: geometric, so that waiting teaches nothing."""
    chance = np.empty(len(risk))
    lower = -1
    for upper, base in p.CLEARING_CHANCES:
        chance = np.where((age > lower) & (age <= upper - 1), base, chance)
        lower = upper - 1
    chance = np.clip(chance * np.exp(-p.CLEARING_SLOPE * risk), 1e-5, p.DAILY_PAYMENT_CAP)
    return generator.geometric(chance)


def _logistic(values: Floats) -> Floats:
    return 1 / (1 + np.exp(-values))
