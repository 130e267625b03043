"""How many defaults a way of warning catches, and what it costs: on dates in a row, customer by customer.

A default begins on the first day in default: more than 90 days past due, or an event. It is caught when the customer
was in alert on some day from `FIRST_DAYS` to `LAST_DAYS` before. Whoever warns early enough must not warn of everybody:
what counts as well is who of those not in default is newly in alert within a month, and who is in alert at all.
"""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

FIRST_DAYS, LAST_DAYS = 365, 60
MOST_NEW, MOST_STANDING = 0.03, 0.09

Flags = npt.NDArray[np.bool_]
Days = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Watch:
    """Customers (rows) on dates in a row (columns, as days since 1970).

    `is_there`: the customer is in the portfolio; `is_in_default`; `default_rows` and `default_days`: the customer and
    the first day of every default that is judged; `missed_days`: the first missed due date that led to it.
    """

    dates: Days
    is_there: Flags
    is_in_default: Flags
    default_rows: Days
    default_days: Days
    missed_days: Days

    @cached_property
    def months(self) -> npt.NDArray[Any]:
        return self.dates.astype("datetime64[D]").astype("datetime64[M]")


@dataclass(frozen=True)
class Catch:
    """What a way of warning reaches. Shares are of customers not in default; `new` has one for each of `months`."""

    caught: float
    caught_before_missed: float
    months: tuple[str, ...]
    new: tuple[float, ...]
    standing_mean: float
    standing_worst: float

    @property
    def new_mean(self) -> float:
        return float(np.mean(self.new))

    @property
    def new_worst(self) -> float:
        return max(self.new)

    @property
    def is_within_budget(self) -> bool:
        """Every month and every date, not the mean alone."""
        return self.new_worst <= MOST_NEW and self.standing_worst <= MOST_STANDING

    def line(self, name: str) -> str:
        """As one line of a table."""
        return (
            f"{name:<34}{self.caught:>8.1%}{self.caught_before_missed:>9.1%}{self.new_mean:>8.1%}{self.new_worst:>8.1%}"
            f"{self.standing_mean:>9.1%}{self.standing_worst:>8.1%}"
        )


HEADER = f"{'':<34}{'caught':>8}{'unmissed':>9}{'new':>8}{'worst':>8}{'in alert':>9}{'worst':>8}"


def catch(watch: Watch, in_alert: Flags) -> Catch:
    """Judge `in_alert` (customers x dates). The first date is where things stand: nobody is newly in alert on it."""
    counted = watch.is_there & ~watch.is_in_default
    standing = (in_alert & counted).sum(0) / counted.sum(0)
    fresh = in_alert[:, 1:] & ~in_alert[:, :-1] & counted[:, 1:]
    # A month of which less than four weeks are seen tells of no month.
    months = [month for month in np.unique(watch.months[1:]) if (watch.months[1:] == month).sum() >= 4]
    new = tuple(
        float(fresh[:, watch.months[1:] == month].any(1).sum() / counted[:, watch.months == month].any(1).sum())
        for month in months
    )
    caught, early = _caught(watch, in_alert, LAST_DAYS), _caught(watch, in_alert, LAST_DAYS, watch.missed_days)
    return Catch(caught, early, tuple(map(str, months)), new, float(standing.mean()), float(standing.max()))


def _caught(watch: Watch, in_alert: Flags, last_days: int, before: Days | None = None) -> float:
    days = watch.default_days[:, None] - watch.dates[None, :]
    is_in_time = (days <= FIRST_DAYS) & (days >= last_days)
    if before is not None:
        is_in_time &= watch.dates[None, :] < before[:, None]
    return float((in_alert[watch.default_rows] & is_in_time).any(1).mean())


def held(hit: Flags, dates: Days, days: int) -> Flags:
    """In alert while hit and for `days` after: as an alert lives that nobody closes."""
    last = np.where(hit, dates[None, :], np.iinfo(np.int64).min // 2)
    return dates[None, :] - np.maximum.accumulate(last, axis=1) <= days


def cut_to_budget(watch: Watch, risk: npt.NDArray[np.float64], days: int) -> tuple[float, Catch]:
    """The lowest threshold of `risk` (customers x dates, higher is riskier, nan unknown) within the budget."""
    known = risk[np.isfinite(risk)]
    thresholds = np.unique(np.quantile(known, np.linspace(0.5, 0.9999, 400)))
    low, high = 0, len(thresholds) - 1
    # A higher threshold has fewer in alert, though not always fewer newly so: every one above must hold as well.
    while low < high:
        middle = (low + high) // 2
        found = catch(watch, held(risk >= thresholds[middle], watch.dates, days))
        low, high = (low, middle) if found.is_within_budget else (middle + 1, high)
    return float(thresholds[low]), catch(watch, held(risk >= thresholds[low], watch.dates, days))
