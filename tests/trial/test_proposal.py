"""Promises of a proposal: it keeps to the budget on dates it was not found on, or says that it does not."""

import random
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import product
from pathlib import Path
from statistics import mean

import pytest
from trial.planting import Past, Values, always, weeks
from trial.test_engine import quiet

from loudong.errors import LoudongError
from loudong.policy import Policy, load_policy
from loudong.policy.checks import COMPARE
from loudong.policy.tables import SEVERITIES
from loudong.settings import get_settings
from loudong.trial.proposal import Proposal, lines, propose
from loudong.trial.search import Budget

DAYS = weeks(24)
BUDGET = Budget(0.06, 0.08)
CUSTOMERS = 250
Told = dict[str, dict[date, Values]]


def book(shift: float = 0.0, since: date = DAYS[-1]) -> Told:
    """Customers whose limits fill and whose scores wander; limits are `shift` fuller from `since` on. Their pd stays:
    no rule on its change is met."""
    random.seed(7)
    told: Told = {}
    for number in range(CUSTOMERS):
        level, pd = random.uniform(0.3, 1.12), min(0.1, random.lognormvariate(-3.7, 0.6))
        told[f"K{number:03}"] = {
            day: {
                "pd": pd,
                "utilisation_ratio": level + random.uniform(-0.02, 0.02) + (shift if day >= since else 0),
                "unanswered_streak_count": int(random.expovariate(1.2)),
                "credit_score_value": 370 + 350 * random.betavariate(4, 2),
            }
            for day in DAYS
        }
    return told


def planted(past: Past, told: Told) -> None:
    def _of(days: dict[date, Values]) -> Callable[[date], Values]:
        return lambda day: days[day]

    past.plant(DAYS, {name: _of(days) for name, days in told.items()})


def proposed(out: Path | None, budget: Budget = BUDGET) -> Proposal:
    return propose(budget, DAYS[0], DAYS[-1], out, quiet)


def counted(policy: Policy, told: Told, days: tuple[date, ...]) -> tuple[float, float]:
    """(new, standing), counted alert by alert with no code of a trial."""
    rules = defaultdict(list)
    for row in policy.rows["alert_rule"]:
        if row["level_code"] == "customer" and row["indicator"] in told["K000"][days[0]]:
            rules[row["rule_code"]].append(row)
    newly, alerted = defaultdict(set), defaultdict(set)
    for (name, by_day), levels in product(told.items(), rules.values()):
        lapse_days, cooldown_days = (int(str(levels[0][name])) for name in ("lapse_days", "cooldown_days"))
        last_hit: date | None = None  # of an alert that is open
        gravest, cool_until = 0, date.min
        for day in days:
            met = max(
                SEVERITIES.index(str(row["severity"])) + 1
                if COMPARE[str(row["operator"])](by_day[day][str(row["indicator"])], float(str(row["threshold"])))
                else 0
                for row in levels
            )
            if met and last_hit is None and (day > cool_until or met > gravest):
                if day != days[0]:
                    newly[day.month].add(name)
                last_hit, gravest = day, met
            elif met and last_hit is not None:
                last_hit, gravest = day, max(gravest, met)
            elif last_hit is not None and (day - last_hit).days >= lapse_days:
                last_hit, cool_until = None, day + timedelta(days=cooldown_days)
            if last_hit is not None:
                alerted[day].add(name)
    covered = [month for month in newly if sum(day.month == month for day in days[1:]) >= 4]
    return (
        mean(len(newly[month]) / len(told) for month in covered),
        mean(len(alerted[day]) / len(told) for day in days),
    )


@dataclass(frozen=True)
class Stationary:
    """A proposal on a past in which later dates are like earlier ones, and what was planted."""

    told: Told
    proposal: Proposal
    folder: Path


@pytest.fixture(scope="module")
def stationary(_past: Past, tmp_path_factory: pytest.TempPathFactory) -> Stationary:
    folder = tmp_path_factory.mktemp("proposal") / "out"
    told = book()
    _past.clear()
    planted(_past, told)
    return Stationary(told, proposed(folder), folder)


def test_a_proposal_keeps_to_the_budget_on_later_dates(stationary: Stationary) -> None:
    proposal = stationary.proposal
    found, judged = proposal.found_on, proposal.judged_on
    assert (found.dates, judged.dates) == (DAYS[:12], DAYS[12:])
    candidate, standing = load_policy(stationary.folder), load_policy(get_settings().policy_dir)
    for part in (found, judged):
        for side, policy in (("candidate", candidate), ("baseline", standing)):
            new, in_alert = counted(policy, stationary.told, part.dates)
            assert part.new(side) == pytest.approx(new)
            assert part.standing(side) == pytest.approx(in_alert)
    assert judged.standing("baseline") > BUDGET.standing, "the policy in force must ask for too much"
    assert judged.meets(BUDGET)
    assert "the later dates keep to the budget" in list(lines(proposal))
    # The budget is used, not merely kept.
    assert max((found.new("candidate") or 0) / BUDGET.new, found.standing("candidate") / BUDGET.standing) > 0.5
    assert {change.row for change in proposal.changes} >= {"medium", "high", "over_limit minor"}


def test_a_changed_row_is_named_after_its_threshold_and_its_rule_gets_a_version(stationary: Stationary) -> None:
    standing = load_policy(get_settings().policy_dir)
    old = {(row["rule_code"], row["severity"]): row for row in standing.rows["alert_rule"]}
    changed = 0
    for row in load_policy(stationary.folder).rows["alert_rule"]:
        before = old[row["rule_code"], row["severity"]]
        if row["threshold"] != before["threshold"]:
            changed += 1
            assert str(row["threshold"]) in str(row["name_en"])
            assert str(row["threshold"]) in str(row["name_zh"])
            assert int(str(row["rule_version"])) == int(str(before["rule_version"])) + 1
        if row["rule_code"] in ("arrears", "in_default"):
            assert row == before, "what law and accounting set is not tuned"
    assert changed > 0
    assert (stationary.folder / "policy_version.csv").read_text().count("\n") == 3


def test_later_dates_that_are_otherwise_are_said_not_to_keep_to_the_budget(past: Past) -> None:
    planted(past, book(shift=0.3, since=DAYS[8]))
    proposal = propose(BUDGET, DAYS[0], DAYS[15], None, quiet)
    assert proposal.found_on.meets(BUDGET)
    assert not proposal.judged_on.meets(BUDGET)
    assert any("do NOT keep to the budget, though those it was found on do" in line for line in lines(proposal))


def test_a_budget_that_no_threshold_can_keep_is_said_to_be_one(past: Past) -> None:
    past.plant(DAYS[:16], {f"K{n}": always(0.01 + n / 1000, dpd_days=40 if n < 4 else 0) for n in range(20)})
    proposal = propose(BUDGET, DAYS[0], DAYS[15], None, quiet)
    assert proposal.found_on.standing("candidate") == pytest.approx(0.2)
    assert any("the budget cannot be kept" in line for line in lines(proposal))


@pytest.mark.parametrize("budget", [Budget(0.09, 0.03), Budget(0, 0.09), Budget(0.03, 1.0)])
def test_a_budget_that_is_none_is_refused(past: Past, budget: Budget) -> None:
    with pytest.raises(LoudongError, match="budgets are shares of the customers"):
        proposed(None, budget)


def test_too_few_dates_and_a_folder_that_holds_something_are_refused(past: Past, tmp_path: Path) -> None:
    past.plant(DAYS[:15], {"K1": always(0.01)})
    with pytest.raises(LoudongError, match="15 dates are too few to find and to judge: at least 16"):
        propose(BUDGET, DAYS[0], DAYS[14], None, quiet)
    (tmp_path / "note.txt").write_text("mine")
    with pytest.raises(LoudongError, match="is not empty: name a new folder"):
        proposed(tmp_path)
