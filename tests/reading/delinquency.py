"""Spells of arrears, defaults with their probation, and whether a non-performing contract has been cured."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from reading import rules
from reading.coverage import Coverage
from reading.landed import DAY, Row, plus_months
from reading.pauses import Pauses


@dataclass(frozen=True)
class Spell:
    """Days from `start` up to but without `end` (none: it lasts); `default_date` where it became a default."""

    contract_id: str | None
    start: date
    end: date | None
    default_date: date | None = None


def spells(coverage: Coverage, contract_id: str, bound: Decimal) -> list[Spell]:
    """Maximal runs of days on which the arrears of a contract exceed a bound."""
    found: list[Spell] = []
    start = None
    day = min(due.due_date for due in coverage.of_contract(contract_id))
    while day <= coverage.as_of:
        if coverage.arrears(contract_id, day) > bound:
            start = start or day
        elif start is not None:
            found.append(Spell(contract_id, start, day))
            start = None
        day += DAY
    return found if start is None else [*found, Spell(contract_id, start, None)]


def with_default(spell: Spell, pauses: Pauses, as_of: date, default_dpd_days: int) -> Spell:
    """The spell with the day on which it had lasted for more than so many days that are not paused."""
    assert spell.contract_id is not None
    paused = pauses.paused_days(spell.contract_id)
    lasted, day = 0, spell.start
    while day <= as_of and (spell.end is None or day < spell.end):
        lasted += day not in paused
        if lasted > default_dpd_days:
            return Spell(spell.contract_id, spell.start, spell.end, day)
        day += DAY
    return spell


def recorded(event: Row, as_of: date) -> Spell:
    """A recorded default event; an end after the date has not come."""
    end = event["end_date"]
    if end is not None and end > as_of:
        end = None
    return Spell(event["contract_id"], event["event_date"], end, event["event_date"])


@dataclass(frozen=True)
class Default:
    begin: date
    end: date | None


def defaults(members: list[Spell], cure_months: int, as_of: date) -> list[Default]:
    """Spells and events that follow each other within the months of probation are one, and a default if any of them is.

    It begins on the earliest default date and ends with the probation of its last member.
    """
    found: list[Default] = []
    island: list[Spell] = []
    clean_from = date.min
    for member in [*sorted(members, key=lambda member: member.start), None]:
        if island and (member is None or member.start > clean_from):
            begins = [each.default_date for each in island if each.default_date is not None]
            if begins:
                found.append(Default(min(begins), clean_from if clean_from <= as_of else None))
            island, clean_from = [], date.min
        if member is not None:
            island.append(member)
            clean_from = max(clean_from, date.max if member.end is None else plus_months(member.end, cure_months))
    return found


def standing(found: list[Default]) -> Default | None:
    """The default that holds on the date."""
    return next((default for default in found if default.end is None), None)


def last_end(found: list[Default]) -> date | None:
    return max((default.end for default in found if default.end is not None), default=None)


def is_in_cure(coverage: Coverage, pauses: Pauses, contract_id: str) -> bool:
    """Non-performing once, its arrears cleared, and never since free of arrears for long enough."""
    mine = coverage.of_contract(contract_id)
    if not mine:
        return False
    arrears = spells(coverage, contract_id, Decimal(0))
    bad = [spell for spell in arrears if _was_non_performing(spell, coverage, pauses)]
    if not bad or bad[-1].end is None:
        return False
    after = arrears[arrears.index(bad[-1]) :]
    dues = sorted({due.due_date for due in mine if due.due_amount > 0})
    for spell, following in zip(after, [*after[1:], None], strict=True):
        if spell.end is None:
            continue
        last_clean_day = coverage.as_of if following is None else following.start - DAY
        needed = [plus_months(spell.end, rules.CATEGORY_CURE_MONTHS)]
        needed += [day for day in dues if day >= spell.end][
            rules.CATEGORY_CURE_PERIODS - 1 : rules.CATEGORY_CURE_PERIODS
        ]
        if last_clean_day >= max(needed):
            return False
    return True


def _was_non_performing(spell: Spell, coverage: Coverage, pauses: Pauses) -> bool:
    """Whether on a day of the spell an installment was more than 90 days past due."""
    assert spell.contract_id is not None
    day = spell.start
    while day <= coverage.as_of and (spell.end is None or day < spell.end):
        for due in coverage.of_contract(spell.contract_id):
            # Fewer calendar days cannot be enough: a saving, no rule.
            if (day - due.due_date).days > rules.NON_PERFORMING_DPD_DAYS and (
                coverage.is_past_due(due, day)
                and pauses.days_past_due(spell.contract_id, due.due_date, day) > rules.NON_PERFORMING_DPD_DAYS
            ):
                return True
        day += DAY
    return False
