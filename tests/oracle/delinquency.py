"""Days past due, spells of arrears, defaults, categories and stages of one customer, counted day by day."""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from oracle import policy_rows
from oracle.coverage import DAY, ZERO, Account, Due
from oracle.landed import Row, add_months

Interval = tuple[date, date | None]


@dataclass(frozen=True)
class Pauses:
    """Pauses of one customer as known on a date."""

    rows: list[Row]

    def _of(self, contract_id: str) -> list[Row]:
        return [row for row in self.rows if row["contract_id"] in (None, contract_id)]

    def is_paused(self, contract_id: str, day: date) -> bool:
        return any(row["kind_code"] in ("rent_free", "hardship") and _covers(row, day) for row in self._of(contract_id))

    def is_technical(self, contract_id: str, day: date) -> bool:
        return any(row["kind_code"] == "technical" and _covers(row, day) for row in self._of(contract_id))

    def days_past_due(self, due: Due, day: date) -> int:
        """Days after the due date until `day` that are not paused."""
        count = (day - due.due_date).days
        return sum(not self.is_paused(due.contract_id, due.due_date + timedelta(n)) for n in range(1, count + 1))


def _covers(row: Row, day: date) -> bool:
    return row["start_date"] <= day and (row["end_date"] is None or day <= row["end_date"])


def spells(account: Account, contract_id: str, bound: Decimal) -> list[Interval]:
    """Runs of days with arrears above `bound`: first day, and the first day after (none while it lasts)."""
    mine = [due.due_date for due in account.dues if due.contract_id == contract_id and due.amount > 0]
    found: list[Interval] = []
    start: date | None = None
    day = min([*mine, account.as_of])
    while day <= account.as_of:
        above = account.arrears(contract_id, day) > bound
        if above and start is None:
            start = day
        if not above and start is not None:
            found.append((start, day))
            start = None
        day += DAY
    return [*found, (start, None)] if start is not None else found


@dataclass(frozen=True)
class Entry:
    """An interval of material arrears or of a recorded event; `default_date` when it became a default."""

    contract_id: str | None
    start: date
    end: date | None
    default_date: date | None
    is_recorded: bool


def entries(
    account: Account, pauses: Pauses, bounds: dict[str, Decimal], events: list[Row], default_dpd_days: int | None
) -> list[Entry]:
    """Everything of the customer that is, or may become, a default."""
    found = []
    for contract_id in account.contract_ids:
        for start, end in spells(account, contract_id, bounds.get(contract_id, ZERO)):
            reached = _day_reached(contract_id, start, end, account.as_of, pauses, default_dpd_days)
            found.append(Entry(contract_id, start, end, reached, False))
    for event in events:
        end = event["end_date"] if event["end_date"] and event["end_date"] <= account.as_of else None
        found.append(Entry(event["contract_id"], event["event_date"], end, event["event_date"], True))
    return found


def _day_reached(
    contract_id: str, start: date, end: date | None, as_of: date, pauses: Pauses, limit: int | None
) -> date | None:
    """The day on which the spell had lasted for more than `limit` days that are not paused."""
    if limit is None:
        return None
    counted, day = 0, start
    while day <= as_of and (end is None or day < end):
        counted += not pauses.is_paused(contract_id, day)
        if counted > limit:
            return day
        day += DAY
    return None


def defaults(of: list[Entry], cure_months: int, as_of: date) -> list[Interval]:
    """Defaults with their cure: what follows within the months of cure belongs to the same one."""
    groups: list[list[Entry]] = []
    cured = date.min
    for entry in sorted(of, key=lambda entry: (entry.start, _cured(entry, cure_months))):
        if groups and entry.start <= cured:
            groups[-1].append(entry)
            cured = max(cured, _cured(entry, cure_months))
        else:
            groups.append([entry])
            cured = _cured(entry, cure_months)
    found: list[Interval] = []
    for group in groups:
        begins = [entry.default_date for entry in group if entry.default_date]
        if begins:
            end = max(_cured(entry, cure_months) for entry in group)
            found.append((min(begins), end if end <= as_of else None))
    return found


def _cured(entry: Entry, cure_months: int) -> date:
    return date.max if entry.end is None else add_months(entry.end, cure_months)


def standing_default(found: list[Interval]) -> date | None:
    """When the default that holds began."""
    return max((begin for begin, end in found if end is None), default=None)


def is_in_cure(account: Account, pauses: Pauses, contract_id: str) -> bool:
    """Non-performing once, and no stretch without arrears since was long enough for an upgrade."""
    limit = next(
        int(row["over_dpd_days"])
        for row in policy_rows.table("asset_category")
        if row["category_code"] == "substandard"
    )
    mine = [due for due in account.dues if due.contract_id == contract_id and due.amount > 0]
    last_open = [
        last
        for due in mine
        if (last := last_open_day(account, due)) is not None and pauses.days_past_due(due, last) > limit
    ]
    arrears = spells(account, contract_id, ZERO)
    holding = [s for s in arrears if any(s[0] <= day and (s[1] is None or day < s[1]) for day in last_open)]
    if not holding or holding[-1][1] is None:
        return False
    for position, (_, end) in enumerate(arrears):
        if end is None or end < holding[-1][1]:
            continue
        last_clean = arrears[position + 1][0] - DAY if position + 1 < len(arrears) else account.as_of
        due_dates = sorted({due.due_date for due in mine if due.due_date >= end})
        needed = add_months(end, policy_rows.rule("category_cure_months"))
        periods = policy_rows.rule("category_cure_periods")
        if len(due_dates) >= periods:
            needed = max(needed, due_dates[periods - 1])
        if last_clean >= needed:
            return False
    return True


def last_open_day(account: Account, due: Due) -> date | None:
    """The last day on which an installment that fell due was past due; none where it never was."""
    settled = account.settled_date(due)
    last = min(settled - DAY, account.as_of) if settled else account.as_of
    return last if due.due_date <= account.as_of and last > due.due_date else None


def category(facts: dict[str, Any]) -> tuple[int | None, str | None]:
    """Place of the category and the clause that decided, of a contract by itself."""
    dpd = facts["dpd_days"]
    excused = facts["is_technical"] and dpd is not None and 1 <= dpd <= policy_rows.rule("technical_days")
    substandard = policy_rows.category_place("substandard")
    clauses = [
        ("past_due", None if excused else policy_rows.place_by_days(dpd)),
        ("default", substandard if facts["default_date"] else None),
        ("cure", substandard if facts["is_in_cure"] else None),
        ("restructured", policy_rows.category_place("special_mention") if facts["is_restructured"] else None),
        ("technical", policy_rows.category_place("normal") if excused else None),
        ("current", policy_rows.category_place("normal") if dpd == 0 else None),
    ]
    worst = max((place for _, place in clauses if place is not None), default=None)
    return worst, next((code for code, place in clauses if place == worst and place is not None), None)
