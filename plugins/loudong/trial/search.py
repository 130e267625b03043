"""Finding thresholds of alert rules for a stated budget of alerts, and pd cut-offs of the same size.

The rule of the search, in full:

1. Only rules that a number tunes are moved (`thresholds.tuned_rules`); what the others raise is taken as it is.
2. A rule has variants from strict to loose (`thresholds.variants`). All start at their strictest.
3. Then, one step at a time, the rule is loosened that adds most expected defaults (sum of pd, as known then, of the
   customers in alert) for the budget that it takes, while both budgets hold. Of equal steps the first in the order of
   the rules is taken. No outcome is looked at: outcomes are for judging.
4. The cut-off of high is the pd that as large a share of customers reaches as may be newly alerted a month, that of
   medium the pd that as many reach as may be in alert.
"""

from dataclasses import dataclass
from datetime import date

import numpy as np

from loudong.trial.alerts import DATES_OF_A_MONTH
from loudong.trial.history import History
from loudong.trial.thresholds import Life, Rule, life_of, rounded, variants

# What is found stays this many standard errors below the budget, so that other dates may differ by chance.
STANDARD_ERRORS = 2.0


@dataclass(frozen=True)
class Budget:
    """Shares of customers: newly alerted within a calendar month, and in alert on a date."""

    new: float
    standing: float


@dataclass(frozen=True)
class Load:
    """What rules would ask of people: `new` None where no calendar month is covered."""

    new: float | None
    standing: float
    expected_defaults: float

    def within(self, budget: Budget) -> bool:
        return (self.new or 0.0) <= budget.new and self.standing <= budget.standing


def aim_of(budget: Budget, history: History) -> Budget:
    """The budget less what chance makes of it on as many customers and months, at least half of it.

    A share p of n customers has the standard error sqrt(p / n), p being small: for 3 % of 20,000 customers in each of
    6 months 0.05 %, so that 2.9 % are aimed at.
    """
    customers = float(history.present.sum(axis=1).mean())
    months = max(len(_months(history.dates[1:])), 1)

    def _less(share: float, count: float) -> float:
        return max(share / 2, share - STANDARD_ERRORS * float(np.sqrt(share / count)))

    return Budget(_less(budget.new, customers * months), _less(budget.standing, customers))


def load_of(lives: list[Life], history: History) -> Load:
    """What these alerts ask of people. The first date tells what stands, not what is new."""
    present = history.present
    shares = []
    for places in _months(history.dates[1:]):
        newly = np.any([life.is_opened[1:][places].any(axis=0) for life in lives], axis=0)
        shares.append(newly.sum() / present[1:][places].sum(axis=1).mean())
    alerted = np.any([life.is_open for life in lives], axis=0) & present
    pd = np.where(history.values["in_default"] == 1, 0.0, np.nan_to_num(history.pd))
    return Load(
        float(np.mean(shares)) if shares else None,
        float(np.mean(alerted.sum(axis=1) / present.sum(axis=1))),
        float((pd * alerted).sum(axis=1).mean()),
    )


def search(rules: list[Rule], others: Life, history: History, budget: Budget) -> tuple[list[Rule], Load]:
    """Variants of `rules` that keep to `budget` and point at most expected defaults, and what they ask of people.

    `others` are the alerts of all rules that are not tuned; they count towards the budget.

    Where even the strictest variants exceed the budget, these are returned: `Load.within` then is false.
    """
    ladders = [variants(rule, history) for rule in rules]
    lives = [[life_of(variant, history) for variant in ladder] for ladder in ladders]
    places = [0] * len(rules)

    def _load(steps: list[int]) -> Load:
        return load_of([others, *(ladder[step] for ladder, step in zip(lives, steps, strict=True))], history)

    load = _load(places)
    while load.within(budget):
        best: tuple[float, list[int], Load] | None = None
        for number, ladder in enumerate(ladders):
            if places[number] + 1 == len(ladder):
                continue
            steps = [place + (position == number) for position, place in enumerate(places)]
            looser = _load(steps)
            if looser.within(budget):
                worth = _worth(load, looser, budget)
                if best is None or worth > best[0]:
                    best = (worth, steps, looser)
        if best is None:
            break
        _, places, load = best
    return [ladder[place] for ladder, place in zip(ladders, places, strict=True)], load


def cutoffs(history: History, budget: Budget) -> tuple[float, float]:
    """(medium, high): the pd that the shares of the budget reach, of customers who are not in default."""
    pds = history.pd[history.present & (history.values["in_default"] == 0)]
    medium, high = (float(np.quantile(pds, 1 - share)) for share in (budget.standing, budget.new))
    medium = max(rounded(medium), 0.0001)
    return medium, max(rounded(high), round(medium * 1.01, 6))


def _worth(load: Load, looser: Load, budget: Budget) -> float:
    """Expected defaults gained for each share of the budgets taken; a step that takes nothing comes first."""
    taken = ((looser.new or 0.0) - (load.new or 0.0)) / budget.new + (looser.standing - load.standing) / budget.standing
    gained = looser.expected_defaults - load.expected_defaults
    return gained / taken if taken > 0 else float("inf")


def _months(dates: tuple[date, ...]) -> list[list[int]]:
    """Positions of the dates of every calendar month that enough of them cover."""
    by_month: dict[tuple[int, int], list[int]] = {}
    for position, day in enumerate(dates):
        by_month.setdefault((day.year, day.month), []).append(position)
    return [places for places in by_month.values() if len(places) >= DATES_OF_A_MONTH]
