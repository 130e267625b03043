"""Alert rules that a number tunes: their variants from strict to loose, and the life of the alerts that each raises."""

from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt

from loudong.policy.tables import SEVERITIES, Row
from loudong.trial.history import History

Bools = npt.NDArray[np.bool_]
FACTORS = (4.0, 2.0, 1.0, 1 / 2, 1 / 4, 1 / 8, 1 / 16, 1 / 32, 1 / 64)
WHOLE_NUMBERS = ("_days", "_count", "_points")
DIGITS = 3
COMPARE = {">": np.greater, ">=": np.greater_equal, "<": np.less, "<=": np.less_equal}


@dataclass(frozen=True)
class Level:
    """One severity of a rule. Thresholds are rounded, so that a policy row says exactly what was counted."""

    severity: str
    operator: str
    threshold: float
    min_exposure: float


@dataclass(frozen=True)
class Rule:
    """An alert rule about customers with its levels, the mildest first; an alert of it ends `lapse_days` after the last
    hit when nobody works on it, and for `cooldown_days` from then on only a graver one is opened."""

    code: str
    indicator: str
    levels: tuple[Level, ...]
    lapse_days: int
    cooldown_days: int

    def ranks(self, history: History) -> npt.NDArray[np.int8]:
        """The gravest level that is met, by date and customer: 1 is the mildest, 0 none."""
        values, exposure = history.values[self.indicator], history.values["exposure"]
        ranks = np.zeros(values.shape, np.int8)
        for rank, level in enumerate(self.levels, 1):
            with np.errstate(invalid="ignore"):
                met = COMPARE[level.operator](values, level.threshold) & (exposure >= level.min_exposure)
            ranks[met] = rank
        return ranks


@dataclass(frozen=True)
class Life:
    """Alerts by date and customer: whether one is open when the date has been decided, and whether one was opened."""

    is_open: Bools
    is_opened: Bools


def tuned_rules(rows: list[Row], kinds: dict[str, str]) -> list[Rule]:
    """The rules of a policy that a search may move; `kinds` says of indicators of customers whether they are numbers.

    Not those on booleans or several conditions, nor those with a critical severity: these are days past due, which law
    and accounting set.
    """
    by_code: dict[str, list[Row]] = {}
    for row in rows:
        by_code.setdefault(str(row["rule_code"]), []).append(row)
    found = []
    for code, levels in by_code.items():
        indicator = str(levels[0]["indicator"])
        is_number = levels[0]["level_code"] == "customer" and (indicator == "pd" or kinds.get(indicator) == "number")
        is_set = any(row["severity"] == SEVERITIES[-1] or row["operator"] not in COMPARE for row in levels)
        if is_number and not is_set:
            levels.sort(key=lambda row: SEVERITIES.index(str(row["severity"])))
            made = tuple(
                Level(
                    str(row["severity"]),
                    str(row["operator"]),
                    _number(row["threshold"]),
                    _number(row["min_exposure_amount"]),
                )
                for row in levels
            )
            lapse_days, cooldown_days = (int(_number(levels[0][name])) for name in ("lapse_days", "cooldown_days"))
            found.append(Rule(code, indicator, made, lapse_days, cooldown_days))
    return found


def variants(rule: Rule, history: History) -> list[Rule]:
    """From strict to loose. Variant f asks at each level for the value that f times as many customer-dates reach as
    reach the present threshold; f = 1 is what is in force."""
    found: list[Rule] = []
    for factor in reversed(FACTORS):
        levels = tuple(_scaled(level, rule.indicator, factor, history) for level in rule.levels)
        made = rule if factor == 1.0 else replace(rule, levels=levels)
        if _is_ordered(made) and (not found or made.levels != found[-1].levels):
            found.append(made)
    return found


def life_of(rule: Rule, history: History) -> Life:
    """The alerts of a rule as deciding the dates one after another makes them.

    A hit opens one where none is open; it ends with the first date that lies `lapse_days` or more after its last hit.
    Within `cooldown_days` of that date only a hit of a graver level than the alert had opens another.
    """
    ranks = rule.ranks(history)
    is_open, is_opened = np.zeros(ranks.shape, dtype=bool), np.zeros(ranks.shape, dtype=bool)
    standing, ended = np.zeros((2, ranks.shape[1]), np.int8)  # ranks of the alert that is open, and of the last ended
    last_hit, cool_until = np.zeros((2, ranks.shape[1]), np.int64)
    for position, day in enumerate(history.dates):
        today, rank = day.toordinal(), ranks[position]
        is_opened[position] = (rank > 0) & (standing == 0) & ((cool_until < today) | (rank > ended))
        standing = np.where(is_opened[position] | (standing > 0), np.maximum(standing, rank), 0)
        last_hit = np.where(rank > 0, today, last_hit)
        is_over = (standing > 0) & (today - last_hit >= rule.lapse_days)
        ended, cool_until = (
            np.where(is_over, standing, ended),
            np.where(is_over, today + rule.cooldown_days, cool_until),
        )
        standing[is_over] = 0
        is_open[position] = standing > 0
    return Life(is_open, is_opened)


def _scaled(level: Level, indicator: str, factor: float, history: History) -> Level:
    """The level with the threshold that `factor` times as many customer-dates reach."""
    exposure, values = history.values["exposure"], history.values[indicator]
    with np.errstate(invalid="ignore"):
        values = np.sort(values[~np.isnan(values) & (exposure >= level.min_exposure)])
    is_upper = level.operator.startswith(">")
    wanted = round(factor * float(COMPARE[level.operator](values, level.threshold).sum()))
    if not 0 < wanted < len(values):
        return level
    value = float(values[-wanted] if is_upper else values[wanted - 1])
    if indicator.endswith(WHOLE_NUMBERS):
        strict = {">": 1, "<": -1}.get(level.operator, 0)
        return replace(level, threshold=float(np.ceil(value) if is_upper else np.floor(value)) - strict)
    return replace(level, threshold=rounded(value))


def _is_ordered(rule: Rule) -> bool:
    """Every graver level is harder to reach than the one before."""
    thresholds = [level.threshold for level in rule.levels]
    if rule.levels[0].operator.startswith(">"):
        return all(a < b for a, b in pairwise(thresholds))
    return all(a > b for a, b in pairwise(thresholds))


def rounded(value: float) -> float:
    """To as many digits as a policy row shows."""
    return float(f"{value:.{DIGITS}g}")


def _number(value: Any) -> float:
    return float(str(value))
