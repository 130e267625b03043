"""Finding thresholds of alert rules for a stated budget of alerts, and pd cut-offs of the same size.

The rule of the search, in full:

1. Only rules that a number tunes are moved: those on a boolean, and those with a critical level (days past due, which
   law and accounting set), stay as they are.
2. A rule has variants. Variant f asks at each of its levels for the value that f times as many customer-dates reach as
   reach its present threshold, f = 4, 2, 1, 1/2, ... 1/64: from loose to strict, f = 1 being what is in force.
3. All rules start at their strictest variant. Then, one step at a time, the rule is loosened that adds most expected
   defaults (sum of pd, as known then, of customers in alert) for the budget that it takes, while both budgets hold.
   Equal steps are taken in the order of the rules. No outcome is looked at: outcomes are for judging.
4. The cut-off of high is the pd that as large a share of customers reaches as may be newly alerted a month, that of
   medium the pd that as many reach as may be in alert.
"""

from dataclasses import dataclass, replace
from datetime import date
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt

from loudong.policy.tables import SEVERITIES, Row
from loudong.trial.alerts import DATES_OF_A_MONTH
from loudong.trial.history import History

Bools = npt.NDArray[np.bool_]
FACTORS = (4.0, 2.0, 1.0, 1 / 2, 1 / 4, 1 / 8, 1 / 16, 1 / 32, 1 / 64)
WHOLE_NUMBERS = ("_days", "_count")
DIGITS = 3
# What is found stays this many standard errors below the budget, so that other dates may differ by chance.
STANDARD_ERRORS = 2.0
COMPARE = {
    ">": np.greater,
    ">=": np.greater_equal,
    "<": np.less,
    "<=": np.less_equal,
    "=": np.equal,
}


@dataclass(frozen=True)
class Budget:
    """Shares of customers: newly alerted within a calendar month, and in alert on a date."""

    new: float
    standing: float


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


@dataclass(frozen=True)
class Level:
    """One severity of a rule. Thresholds are rounded, so that a policy row says exactly what was counted."""

    severity: str
    operator: str
    threshold: float
    min_exposure: float


@dataclass(frozen=True)
class Rule:
    """An alert rule with its levels, the mildest first."""

    code: str
    indicator: str
    levels: tuple[Level, ...]
    is_tuned: bool

    def hits(self, history: History) -> Bools:
        """Whether some level is met, by date and customer."""
        values, exposure = history.values[self.indicator], history.values["exposure"]
        with np.errstate(invalid="ignore"):
            met = [
                COMPARE[level.operator](values, level.threshold) & (exposure >= level.min_exposure)
                for level in self.levels
            ]
        return np.any(met, axis=0)


@dataclass(frozen=True)
class Load:
    """What rules would ask of people: `new` None where no calendar month is covered."""

    new: float | None
    standing: float
    expected_defaults: float

    def within(self, budget: Budget) -> bool:
        return (self.new or 0.0) <= budget.new and self.standing <= budget.standing


def rules_of(rows: list[Row], kinds: dict[str, str]) -> list[Rule]:
    """The alert rules of a policy; `kinds` says of every indicator whether it is a number or a boolean."""
    by_code: dict[str, list[Row]] = {}
    for row in rows:
        by_code.setdefault(str(row["rule_code"]), []).append(row)
    found = []
    for code, levels in by_code.items():
        levels.sort(key=lambda row: SEVERITIES.index(str(row["severity"])))
        indicator = str(levels[0]["indicator"])
        made = tuple(
            Level(
                str(row["severity"]),
                str(row["operator"]),
                _number(row["threshold"]),
                _number(row["min_exposure_amount"]),
            )
            for row in levels
        )
        fixed = kinds[indicator] == "boolean" or any(
            level.severity == SEVERITIES[-1] or level.operator == "=" for level in made
        )
        found.append(Rule(code, indicator, made, not fixed))
    return found


def variants(rule: Rule, history: History) -> list[Rule]:
    """From strict to loose; just the rule itself where it is not tuned."""
    if not rule.is_tuned:
        return [rule]
    found: list[Rule] = []
    for factor in reversed(FACTORS):
        levels = tuple(_scaled(level, rule.indicator, factor, history) for level in rule.levels)
        made = rule if factor == 1.0 else replace(rule, levels=levels)
        if _is_ordered(made) and (not found or made.levels != found[-1].levels):
            found.append(made)
    return found


def load_of(hits: list[Bools], history: History) -> Load:
    """What rules with these hits ask of people. The first date tells what stands, not what is new."""
    opened = [np.logical_and(hit[1:], ~hit[:-1]) for hit in hits]
    present = history.present
    shares = []
    for places in _months(history.dates[1:]):
        newly = np.any([one[places].any(axis=0) for one in opened], axis=0)
        shares.append(newly.sum() / present[1:][places].sum(axis=1).mean())
    alerted = np.any(hits, axis=0)
    pd = np.where(history.values["in_default"] == 1, 0.0, np.nan_to_num(history.pd))
    return Load(
        float(np.mean(shares)) if shares else None,
        float(np.mean(alerted.sum(axis=1) / present.sum(axis=1))),
        float((pd * alerted).sum(axis=1).mean()),
    )


def search(rules: list[Rule], history: History, budget: Budget) -> tuple[list[Rule], Load]:
    """The rules within `budget` that point at most expected defaults, and what they ask of people.

    Where even the strictest variants exceed the budget, these are returned: `Load.within` then is false.
    """
    ladders = [variants(rule, history) for rule in rules]
    found = [[variant.hits(history) for variant in ladder] for ladder in ladders]
    places = [0] * len(rules)

    def _load(steps: list[int]) -> Load:
        return load_of([hits[step] for hits, step in zip(found, steps, strict=True)], history)

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
    medium = max(_rounded(medium), 0.0001)
    return medium, max(_rounded(high), round(medium * 1.01, 6))


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


def _scaled(level: Level, indicator: str, factor: float, history: History) -> Level:
    """The level with the threshold that `factor` times as many customer-dates reach."""
    exposure = history.values["exposure"]
    values = history.values[indicator]
    values = np.sort(values[~np.isnan(values) & (exposure >= level.min_exposure)])
    is_upper = level.operator.startswith(">")
    with np.errstate(invalid="ignore"):
        wanted = round(factor * float(COMPARE[level.operator](values, level.threshold).sum()))
    if not 0 < wanted < len(values):
        return level
    value = float(values[-wanted] if is_upper else values[wanted - 1])
    if indicator.endswith(WHOLE_NUMBERS):
        whole = int(np.ceil(value)) if is_upper else int(np.floor(value))
        strict = 1 if level.operator == ">" else -1 if level.operator == "<" else 0
        return replace(level, threshold=float(whole - strict))
    return replace(level, threshold=_rounded(value))


def _is_ordered(rule: Rule) -> bool:
    """Every graver level is harder to reach than the one before."""
    thresholds = [level.threshold for level in rule.levels]
    rising = all(a < b for a, b in pairwise(thresholds))
    falling = all(a > b for a, b in pairwise(thresholds))
    return rising if rule.levels[0].operator.startswith(">") else falling


def _rounded(value: float) -> float:
    return float(f"{value:.{DIGITS}g}")


def _number(value: Any) -> float:
    return float(str(value))
