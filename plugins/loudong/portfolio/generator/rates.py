"""The rates of a simulated book, counted at month ends from the state itself."""

from dataclasses import dataclass

import numpy as np

from loudong.portfolio.generator.calendar import Calendar
from loudong.portfolio.generator.history import History
from loudong.portfolio.generator.parameters import HORIZON_DAYS
from loudong.portfolio.generator.process import NEVER

# What real books show; docs/portfolio.md gives the sources.
BOUNDS: dict[str, tuple[float, float]] = {
    "defaults_a_year": (0.04, 0.08),
    "share_1_30_days": (0.05, 0.08),
    "cured_of_1_30_days": (0.50, 1.0),
    "rolled_1_30_to_31_60": (0.0, 0.5),
    "rolled_31_60_to_61_90": (0.0, 1.0),
    "rolled_61_90_to_91_120": (0.0, 1.0),
    "passing_90_of_reaching_31": (0.0, 0.40),
    "defaults_not_past_due_60_days_before": (0.15, 1.0),
    "auc_of_dpd": (0.50, 0.80),
    "auc_attainable": (0.80, 0.90),
    "known_late": (0.02, 0.05),
}


@dataclass
class Tally:
    """Counts over blocks; rates are ratios of sums, so that blocks can be added up."""

    counts: dict[str, float]

    @classmethod
    def empty(cls) -> "Tally":
        """Nothing counted yet."""
        return cls({})

    def add(self, name: str, value: float) -> None:
        """Count `value` more of `name`."""
        self.counts[name] = self.counts.get(name, 0.0) + float(value)

    def merge(self, other: "Tally") -> None:
        """Take in the counts of another block."""
        for name, value in other.counts.items():
            self.add(name, value)

    def ratio(self, part: str, whole: str) -> float:
        """One count over another; 0 where the whole is empty."""
        return self.counts.get(part, 0.0) / max(self.counts.get(whole, 0.0), 1.0)


def count_history(history: History, calendar: Calendar) -> Tally:
    """The counts of one block's history."""
    tally = Tally.empty()
    dpd, bad, active = history.dpd, history.in_default, history.active
    good = active & ~bad
    defaults = np.array([month.default_date for month in history.months])
    tally.add("customer_years", good.sum() / 12)
    tally.add("defaults", (defaults != NEVER).sum())
    tally.add("customers", active.sum())
    tally.add("days_1_30", (active & (dpd >= 1) & (dpd <= 30)).sum())
    for low, high in ((1, 30), (31, 60), (61, 90)):
        here = good[:-1] & (dpd[:-1] >= low) & (dpd[:-1] <= high)
        tally.add(f"from_{low}", here.sum())
        tally.add(f"rolled_{low}", (here & (dpd[1:] > high)).sum())
        tally.add(f"cured_{low}", (here & (dpd[1:] == 0) & ~bad[1:]).sum())
    _count_episodes(history, calendar, tally)
    for row, column in np.argwhere(defaults != NEVER):
        before = np.searchsorted(calendar.ends, defaults[row, column] - 60, side="right") - 1
        if before >= 0:
            tally.add("defaults_seen_before", 1)
            tally.add("defaults_not_late_before", float(dpd[before, column] == 0))
    return tally


def _count_episodes(history: History, calendar: Calendar, tally: Tally) -> None:
    """Spells of arrears: how many lasted to 31 days, and of these how many passed 90."""
    ends = calendar.ends
    oldest = np.array([state.oldest_due for state in history.states])
    for month in range(calendar.months - 4):
        due = oldest[month]
        began = (due != NEVER) & (due >= calendar.starts[month])
        # Still owing the same due date at the end of the next month: at least 31 days late by then or shortly after.
        reached = began & (oldest[month + 1] == due)
        later = history.months[month + 3].cleared_date
        passed = reached & (oldest[month + 2] == due) & ((oldest[month + 3] == due) | (later > due + 90))
        tally.add("reached_31", (reached & (ends[month + 1] - due >= 31)).sum())
        tally.add("passed_90", (passed & (ends[month + 1] - due >= 31)).sum())


def labels(history: History, calendar: Calendar, month: int) -> np.ndarray:
    """1.0 where a default begins in the horizon after the month end, 0.0 where not, NaN where it is not known yet."""
    end = int(calendar.ends[month])
    if end + HORIZON_DAYS > calendar.last_day:
        return np.full(len(history.customers), np.nan)
    later = np.array([m.default_date for m in history.months[month + 1 :]])
    return ((later > end) & (later <= end + HORIZON_DAYS)).any(axis=0).astype(float)


def rates(tally: Tally) -> dict[str, float]:
    """The rates named in BOUNDS, as far as the counts go."""
    found = {
        "defaults_a_year": tally.ratio("defaults", "customer_years"),
        "share_1_30_days": tally.ratio("days_1_30", "customers"),
        "cured_of_1_30_days": tally.ratio("cured_1", "from_1"),
        "rolled_1_30_to_31_60": tally.ratio("rolled_1", "from_1"),
        "rolled_31_60_to_61_90": tally.ratio("rolled_31", "from_31"),
        "rolled_61_90_to_91_120": tally.ratio("rolled_61", "from_61"),
        "passing_90_of_reaching_31": tally.ratio("passed_90", "reached_31"),
        "defaults_not_past_due_60_days_before": tally.ratio("defaults_not_late_before", "defaults_seen_before"),
        "auc_of_dpd": tally.ratio("auc_of_dpd", "auc_blocks"),
        "auc_attainable": tally.ratio("auc_attainable", "auc_blocks"),
        "known_late": tally.ratio("rows_late", "rows"),
    }
    return {name: value for name, value in found.items() if not np.isnan(value)}
