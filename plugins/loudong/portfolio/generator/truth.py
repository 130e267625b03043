"""The truth: the probability of the label given the generator's whole state, from continuations of the same process."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from loudong.portfolio.generator import parameters as p
from loudong.portfolio.generator.calendar import Calendar, calendar_after
from loudong.portfolio.generator.history import History
from loudong.portfolio.generator.process import NEVER, next_factor, step
from loudong.portfolio.generator.rates import labels
from loudong.portfolio.generator.world import World

CHUNK_ROWS = 1_000
CONTINUED_MONTHS = 6


@dataclass(frozen=True)
class Truth:
    """Sampled customer-month-ends not in default. `label` is NaN where the horizon has not passed.

    `first_half` is the share over the first half of the continuations: against the others it is judged without bias.
    """

    customer: npt.NDArray[np.int64]
    day: npt.NDArray[np.int64]
    probability: npt.NDArray[np.float64]
    first_half: npt.NDArray[np.float64]
    label: npt.NDArray[np.float64]
    dpd_days: npt.NDArray[np.int64]


def sample_truth(world: World, calendar: Calendar, history: History, wanted: int, seed: int) -> Truth:
    """`wanted` customer-month-ends of the block (all, where there are fewer), drawn at random after the warm-up."""
    first = int(history.customers.number[0])
    generator = np.random.default_rng(np.random.SeedSequence([seed, 2, first]))
    months = np.arange(p.WARM_UP_MONTHS, calendar.whole_months)
    eligible = np.argwhere(history.active[months] & ~history.in_default[months])
    chosen = eligible[np.sort(generator.choice(len(eligible), min(wanted, len(eligible)), replace=False))]
    month_of, column = months[chosen[:, 0]], chosen[:, 1]
    halves = np.empty((len(chosen), 2))
    label = np.empty(len(chosen))
    for month in np.unique(month_of):
        rows = np.flatnonzero(month_of == month)
        label[rows] = labels(history, calendar, int(month))[column[rows]]
        for part in np.array_split(rows, max(1, len(rows) // CHUNK_ROWS)):
            halves[part] = _continue(world, calendar, history, int(month), column[part], generator)
    return Truth(
        customer=history.customers.number[column],
        day=calendar.ends[month_of],
        probability=halves.mean(axis=1),
        first_half=halves[:, 0],
        label=label,
        dpd_days=history.dpd[month_of, column],
    )


def _continue(
    world: World,
    calendar: Calendar,
    history: History,
    month: int,
    columns: npt.NDArray[np.int64],
    generator: np.random.Generator,
) -> npt.NDArray[np.float64]:
    """Share of the continuations in which a default begins within the horizon: of the first half, of the second."""
    people = history.customers
    rows = np.repeat(columns, p.CONTINUATIONS)
    state = history.states[month].take(rows)
    end = int(calendar.ends[month])
    future = calendar_after(end, CONTINUED_MONTHS)
    building = world.building_factor[month, people.building[rows]]
    industry = world.industry_factor[month, people.industry[rows]]
    fixed = np.asarray(p.INDUSTRY_RISK)[people.industry[rows]]
    left = people.left[rows]
    defaulted = np.zeros(len(rows), dtype=bool)
    for start, stop in zip(future.starts, future.ends, strict=True):
        building = next_factor(building, p.BUILDING_SPREAD, p.BUILDING_PERSISTENCE, generator)
        industry = next_factor(industry, p.INDUSTRY_SPREAD, p.INDUSTRY_PERSISTENCE, generator)
        owes = (state.oldest_due != NEVER) | (state.default_since != NEVER)
        billed = (left == NEVER) | (left >= start)
        here = (billed | owes) & ~state.is_written_off
        moved = step(state, int(start), int(stop), building + industry + fixed, here, billed, generator)
        defaulted |= (moved.default_date > end) & (moved.default_date <= end + p.HORIZON_DAYS)
    share: npt.NDArray[np.float64] = defaulted.reshape(len(columns), 2, -1).mean(axis=2)
    return share


def expected_auc(score: npt.NDArray[np.float64], probability: npt.NDArray[np.float64]) -> float:
    """AUC of `score` expected under the true probabilities: each row counts as bad with its probability."""
    _, place = np.unique(score, return_inverse=True)
    bads = np.bincount(place, probability)
    goods = np.bincount(place, 1 - probability)
    return float((bads * (np.cumsum(goods) - goods / 2)).sum() / (bads.sum() * goods.sum()))


def attainable_auc(truth: Truth) -> float:
    """The AUC of knowing the probability: scored on one half of the continuations, judged on the other."""
    second_half = 2 * truth.probability - truth.first_half
    return expected_auc(truth.first_half, second_half)
