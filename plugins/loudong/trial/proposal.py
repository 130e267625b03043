"""Proposing a policy for a stated alert budget: found on earlier dates, judged on later ones by a whole trial."""

import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path

import numpy as np

from loudong.errors import LoudongError
from loudong.policy import load_policy
from loudong.policy.dictionary import indicators
from loudong.trial.candidate import Change, Draft, changes, write_candidate
from loudong.trial.engine import decide_dates
from loudong.trial.figures import Figures, figures
from loudong.trial.history import History, read_history
from loudong.trial.search import Budget, aim_of, cutoffs, search
from loudong.trial.thresholds import Life, Rule, tuned_rules
from loudong.trial.trying import Progress, Question, ask, tried
from loudong.warehouse.connect import connect

# Each part needs a month to tell what is new.
LEAST_DATES = 16
# Where deciding asks more of people than counting hits said, the search is repeated with that much less, and a little.
MOST_ROUNDS = 3
A_LITTLE = 0.95


@dataclass(frozen=True)
class Part:
    """Dates and what both policies asked of people on them, decided in full."""

    dates: tuple[date, ...]
    figures: Figures

    def new(self, side: str) -> float | None:
        return self.figures["alerts"][side]["new_share"]

    def standing(self, side: str) -> float:
        return float(self.figures["alerts"][side]["standing_share"])

    def tier_share(self, side: str, tier: str) -> float:
        """Share of the customers of the last date that have the tier."""
        rows = self.figures["loss"]
        share = next(row[f"{side}_customers"] for row in rows if row["tier"] == tier)
        return float(share / sum(row[f"{side}_customers"] for row in rows))

    def meets(self, budget: Budget) -> bool:
        new = self.new("candidate")
        return new is not None and new <= budget.new and self.standing("candidate") <= budget.standing


@dataclass(frozen=True)
class Proposal:
    """Changes of the policy in force, with what they ask of people where they were found and on later dates."""

    budget: Budget
    changes: list[Change]
    found_on: Part
    judged_on: Part
    folder: Path | None


def propose(budget: Budget, first: date, last: date, out: Path | None, on_progress: Progress) -> Proposal:
    """Find cut-offs and thresholds within `budget` on the first half of the dates and judge them on the second.

    The candidate is written to `out` where given, which must not hold anything. Raises LoudongError for a budget that
    is none and for too few dates.
    """
    if not 0 < budget.new < budget.standing < 1:
        raise LoudongError(
            "budgets are shares of the customers, such as --budget-new 0.03 --budget-standing 0.09: more may be in "
            "alert than newly alerted in a month"
        )
    if out is not None and out.exists() and any(out.iterdir()):
        raise LoudongError(f"{out} is not empty: name a new folder")
    question = ask(None, first, last, on_progress)
    folder = question.baseline_folder
    dates = question.decided_dates
    if len(dates) < LEAST_DATES:
        raise LoudongError(f"{len(dates)} dates are too few to find and to judge: at least {LEAST_DATES} are needed")
    half = len(dates) // 2
    with tempfile.TemporaryDirectory() as name:
        made, earlier = _find(question, dates[:half], budget, Path(name), on_progress)
        on_progress(f"judging on {len(dates) - half} later dates")
        later = _decided(question, made, dates[half:], on_progress)
        if out is not None:
            shutil.copytree(made, out, dirs_exist_ok=True)
        return Proposal(budget, changes(folder, made), earlier, later, out)


def _find(
    question: Question, dates: tuple[date, ...], budget: Budget, work: Path, on_progress: Progress
) -> tuple[Path, Part]:
    """A folder with the candidate that was found on `dates`, and what deciding them by it asks of people."""
    rules = tuned_rules(question.baseline.rows["alert_rule"], indicators())
    names = tuple(sorted({rule.indicator for rule in rules} - {"pd"}))
    with connect() as connection:
        history = read_history(connection, question.baseline_sources, dates, names)
    others = _others(question, rules, history)
    aim = aim_of(budget, history)
    medium, high = cutoffs(history, budget)
    asked = f"{budget.new:.2%} newly alerted a month and {budget.standing:.2%} in alert"
    note = f"for {asked}; found on {dates[0]} to {dates[-1]}"
    for number in range(1, MOST_ROUNDS + 1):
        on_progress(f"searching on {len(dates)} dates for {aim.new:.2%} new and {aim.standing:.2%} in alert")
        found, load = search(rules, others, history, aim)
        made = work / str(number)
        draft = Draft(found, medium, high, question.newest_date + timedelta(days=1), note)
        write_candidate(question.baseline_folder, made, draft)
        part = _decided(question, made, dates, on_progress)
        if part.meets(budget) or not load.within(aim):
            break  # it keeps to the budget, or the strictest that there is does not
        aim = Budget(
            aim.new * _less(budget.new, part.new("candidate")),
            aim.standing * _less(budget.standing, part.standing("candidate")),
        )
    return made, part


def _others(question: Question, rules: list[Rule], history: History) -> Life:
    """The alerts on customers that the rules in force raise which are not tuned, from deciding the dates."""
    runs = {day: question.baseline_sources.runs[day] for day in history.dates}
    with connect(autocommit=True) as connection:
        decide_dates(connection, question.baseline, runs, question.portfolio.timezone, lambda day: None)
        alerts = connection.execute(
            "select customer_id, opened_date, closed_date from pg_temp.alert "
            "where subject_level = 'customer' and rule_code <> all(%s)",
            ([rule.code for rule in rules],),
        ).fetchall()
    days = np.array(history.dates, dtype="datetime64[D]")
    is_open, is_opened = np.zeros_like(history.present), np.zeros_like(history.present)
    for place, (_, opened, closed) in zip(
        np.searchsorted(history.customers, [row[0] for row in alerts]), alerts, strict=True
    ):
        until = days < np.datetime64(closed) if closed else np.ones(len(days), dtype=bool)
        is_open[:, place] |= (days >= np.datetime64(opened)) & until
        is_opened[:, place] |= days == np.datetime64(opened)
    return Life(is_open, is_opened)


def _less(wanted: float, got: float | None) -> float:
    return min(1.0, A_LITTLE * wanted / got) if got else 1.0


def _decided(question: Question, folder: Path, dates: tuple[date, ...], on_progress: Progress) -> Part:
    """Decide `dates` in full by the policy in `folder` beside the one in force."""
    runs = {day: question.baseline_sources.runs[day] for day in dates}
    kept = replace(question.baseline_sources, runs=runs)
    asked = replace(question, candidate=load_policy(folder), baseline_sources=kept, candidate_sources=kept)
    with tried(asked, on_progress) as connection:
        return Part(dates, figures(connection, asked))


def lines(proposal: Proposal) -> Iterator[str]:
    """The proposal as lines of text."""
    budget, found, judged = proposal.budget, proposal.found_on, proposal.judged_on
    columns = [(found, "candidate"), (judged, "candidate"), (judged, "baseline")]
    yield f"found on {len(found.dates)} dates from {found.dates[0]} to {found.dates[-1]}"
    yield f"judged on {len(judged.dates)} dates from {judged.dates[0]} to {judged.dates[-1]}"
    yield ""
    yield f"{'':<42}{'budget':>9}{'found on':>12}{'judged on':>12}{'now, judged on':>16}"
    yield _row("customers newly alerted a month", budget.new, [part.new(side) for part, side in columns])
    yield _row("customers in alert", budget.standing, [part.standing(side) for part, side in columns])
    for tier in ("high", "medium"):
        shares: list[float | None] = [part.tier_share(side, tier) for part, side in columns]
        yield _row(f"customers in tier {tier}, floors included", None, shares)
    yield ""
    yield from (f"  {change}" for change in proposal.changes)
    if judged.meets(budget):
        yield "the later dates keep to the budget"
    elif found.meets(budget):
        yield "the later dates do NOT keep to the budget, though those it was found on do"
    else:
        yield "the budget cannot be kept: the strictest thresholds and the rules that are not tuned ask for more"
    if proposal.folder is not None:
        yield f"written to {proposal.folder}: say in policy_version.csv from when on it counts, then try and publish it"


def _row(label: str, budget: float | None, shares: list[float | None]) -> str:
    shown = ["–" if share is None else f"{share:.2%}" for share in (budget, *shares)]
    return f"{label:<42}{shown[0]:>9}{shown[1]:>12}{shown[2]:>12}{shown[3]:>16}"
