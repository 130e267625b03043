"""What fell due, what was paid, what stood on the account, what counts as default."""

import numpy as np

from loudong.portfolio.generator import parameters as p
from loudong.portfolio.generator.basics import contract_ids, customer_ids
from loudong.portfolio.generator.calendar import Calendar, calendar_after
from loudong.portfolio.generator.history import History
from loudong.portfolio.generator.process import NEVER
from loudong.portfolio.generator.rows import DAY_SECONDS, Rows, concat, dates, evening, ids, known_late, make_rows

CREDIT_LINE = 2
NOTICE_DAYS = 20
PARTIAL_SHARE = 0.3


def installment_rows(history: History, calendar: Calendar, generator: np.random.Generator) -> Rows:
    """Leases and loans agree a year's installments on each anniversary, credit lines each bill 20 days before."""
    people = history.customers
    due = np.array([month.due_date for month in history.months])
    ahead = calendar_after(int(calendar.ends[calendar.whole_months - 1]), 13)
    after = ahead.starts[:, None] + people.due_day[None, :] - 1
    final = history.states[-1]
    goes_on = (people.left == NEVER) & ~final.is_written_off & history.active[-1]
    after = np.where((after > calendar.last_day) & goes_on, after, NEVER)
    due = np.concatenate([due, after])
    column = np.broadcast_to(np.arange(len(people)), due.shape)[due != NEVER]
    due = due[due != NEVER]
    years = (due - people.onboarded[column]) // 365
    agreed = np.where(
        people.contract_type[column] == CREDIT_LINE,
        np.maximum(due - NOTICE_DAYS, people.onboarded[column]),
        people.onboarded[column] + 365 * years,
    )
    number = np.char.add("-", due.astype("datetime64[D]").astype(str))
    return make_rows(
        {
            "installment_id": np.char.add(contract_ids(people)[column], number),
            "customer_id": customer_ids(people)[column],
            "contract_id": contract_ids(people)[column],
            "agreed_date": dates(agreed),
            "due_date": dates(due),
            "due_amount": people.monthly_amount[column],
        },
        evening(agreed, generator),
    )


def payment_rows(history: History, calendar: Calendar, generator: np.random.Generator) -> Rows:
    """Payments as they follow from the process; some parts, some reversed and made again, some corrected."""
    people = history.customers
    owed = np.zeros(len(people))
    part_paid = np.zeros(len(people))
    columns, days, amounts, on_time = [], [], [], []

    def pay(rows: np.ndarray, day: np.ndarray, amount: np.ndarray, regular: bool) -> None:
        columns.append(rows)
        days.append(day)
        amounts.append(amount)
        on_time.append(np.full(len(rows), regular))

    for month, start, end in zip(history.months, calendar.starts, calendar.ends, strict=True):
        amount = people.monthly_amount
        cleared = month.cleared_date != NEVER
        together = cleared & (month.paid_date == month.cleared_date)
        rest = owed * amount - part_paid + np.where(together, amount, 0.0)
        rows = np.flatnonzero(cleared & (rest > 0))
        pay(rows, month.cleared_date[rows], rest[rows], regular=False)
        owed = np.where(cleared, 0.0, owed)
        part_paid = np.where(cleared, 0.0, part_paid)
        alone = (month.paid_date != NEVER) & ~together
        rows = np.flatnonzero(alone)
        early = np.where(month.paid_date[rows] == month.due_date[rows], generator.integers(0, 6, len(rows)), 0)
        # Early, but not so early that it would cover an installment of the month before.
        day = np.where(people.onboarded[rows] < start - 40, month.paid_date[rows] - early, month.paid_date[rows])
        pay(rows, np.maximum(day, calendar.first_day), amount[rows], regular=True)
        missed = (month.due_date != NEVER) & (month.paid_date == NEVER)
        owed = owed + missed
        in_part = (owed > 0) & ~missed & (part_paid == 0) & (generator.random(len(people)) < p.PARTIAL_CHANCE)
        rows = np.flatnonzero(in_part & history.active[0:1].any(axis=0))
        part = np.round(PARTIAL_SHARE * amount[rows], 2)
        pay(rows, generator.integers(start, end + 1, len(rows)), part, regular=False)
        part_paid[rows] += part
    return _payments(
        history,
        np.concatenate(columns),
        np.concatenate(days),
        np.concatenate(amounts),
        np.concatenate(on_time),
        calendar,
        generator,
    )


def _payments(
    history: History,
    column: np.ndarray,
    day: np.ndarray,
    amount: np.ndarray,
    regular: np.ndarray,
    calendar: Calendar,
    generator: np.random.Generator,
) -> Rows:
    people = history.customers
    order = np.lexsort((day, column))
    column, day, amount, regular = column[order], day[order], amount[order], regular[order]
    sequence = np.arange(len(column)) - np.searchsorted(column, column)
    number = np.char.add(ids("P", people.number[column], 7), np.char.add("-", sequence.astype(str)))
    extra, is_late = known_late(len(column), generator)
    channel = generator.choice(["bank", "wechat", "alipay", "direct_debit"], len(column))

    def version(
        rows: np.ndarray, suffix: str, on: np.ndarray, value: np.ndarray, of: bool, known: np.ndarray, late: np.ndarray
    ) -> Rows:
        identity = np.char.add(number[rows], suffix)
        return make_rows(
            {
                "payment_id": identity,
                "customer_id": customer_ids(people)[column[rows]],
                "contract_id": contract_ids(people)[column[rows]],
                "payment_date": dates(on),
                "paid_amount": np.round(value, 2),
                "reverses_payment_id": _only(number[rows], of),
                "channel_code": channel[rows],
            },
            known,
            late,
        )

    everyone = np.arange(len(column))
    known = evening(day, generator) + extra * DAY_SECONDS
    wrong = regular & (generator.random(len(column)) < p.CORRECTION_SHARE)
    parts = [version(everyone, "", day, np.where(wrong, amount * 0.9, amount), False, known, is_late)]
    rows = np.flatnonzero(wrong)
    right_known = known[rows] + generator.integers(1, 4, len(rows)) * DAY_SECONDS
    parts.append(version(rows, "", day[rows], amount[rows], False, right_known, np.zeros(len(rows), bool)))
    rows = np.flatnonzero(regular & ~wrong & (generator.random(len(column)) < p.REVERSAL_SHARE))
    back = day[rows] + 2 + extra[rows]
    nothing = np.zeros(len(rows), dtype=bool)
    back_known = evening(back, generator)
    parts.append(version(rows, "R", back, -amount[rows], True, back_known, nothing))
    parts.append(version(rows, "N", back, amount[rows], False, back_known, nothing))
    return concat(parts)


def default_event_rows(history: History, calendar: Calendar, generator: np.random.Generator) -> Rows:
    """Recorded defaults: those out of the blue, with their end once cured, and write-offs."""
    people = history.customers
    since = np.array([state.default_since for state in history.states])
    parts = []
    for index, month in enumerate(history.months):
        rows = np.flatnonzero(month.is_sudden)
        start = month.default_date[rows]
        cured = (since[index:, rows] == NEVER).argmax(axis=0)
        has_end = (since[index:, rows] == NEVER).any(axis=0) & (cured > 0)
        end = np.where(has_end, calendar.ends[np.minimum(index + cured, calendar.months - 1)], NEVER)
        reason = np.array(p.SUDDEN_REASONS)[(generator.random(len(rows)) < 0.6).astype(int)]
        parts.append(_events(people, rows, start, np.full(len(rows), NEVER), reason, evening(start, generator)))
        ended = np.flatnonzero(has_end)
        parts.append(
            _events(people, rows[ended], start[ended], end[ended], reason[ended], evening(end[ended], generator))
        )
        lost = np.flatnonzero(month.is_written_off)
        day = np.full(len(lost), calendar.ends[index])
        parts.append(
            _events(
                people, lost, day, np.full(len(lost), NEVER), np.full(len(lost), "write_off"), evening(day, generator)
            )
        )
    return concat(parts)


def _events(
    people: object, rows: np.ndarray, start: np.ndarray, end: np.ndarray, reason: np.ndarray, known: np.ndarray
) -> Rows:
    number = np.char.add("-", start.astype(str))
    return make_rows(
        {
            "default_event_id": np.char.add(ids("D", people.number[rows], 7), number),  # type: ignore[attr-defined]
            "customer_id": customer_ids(people)[rows],  # type: ignore[arg-type]
            "contract_id": contract_ids(people)[rows],  # type: ignore[arg-type]
            "event_date": dates(start),
            "reason_code": reason.astype(str),
            "end_date": dates(end),
        },
        known,
    )


def pause_rows(history: History, generator: np.random.Generator) -> Rows:
    """Lateness of a few days that operations caused: excused when it ended, from the day after the due date on."""
    people = history.customers
    parts = []
    for month in history.months:
        late = month.paid_date - month.due_date
        is_short = (month.due_date != NEVER) & (month.paid_date != NEVER) & (late >= 1) & (late <= p.TECHNICAL_DAYS)
        rows = np.flatnonzero(is_short & (generator.random(len(people)) < p.TECHNICAL_SHARE))
        start, end = month.due_date[rows] + 1, month.paid_date[rows]
        parts.append(
            make_rows(
                {
                    "pause_id": np.char.add(contract_ids(people)[rows], np.char.add("-", start.astype(str))),
                    "customer_id": customer_ids(people)[rows],
                    "contract_id": contract_ids(people)[rows],
                    "agreed_date": dates(end),
                    "start_date": dates(start),
                    "end_date": dates(end),
                    "kind_code": np.full(len(rows), "technical"),
                },
                evening(end, generator),
            )
        )
    return concat(parts)


def balance_and_status_rows(history: History, calendar: Calendar, generator: np.random.Generator) -> tuple[Rows, Rows]:
    """Month-end balances of credit lines, growing with stress, and the statuses that the bank reports of them."""
    people = history.customers
    balances, statuses = [], []
    limit = people.monthly_amount * 20
    for index in range(calendar.whole_months):
        state, end = history.states[index], int(calendar.ends[index])
        rows = np.flatnonzero((people.contract_type == CREDIT_LINE) & history.active[index] & (people.onboarded <= end))
        strain = 0.45 * state.stress[rows] + 0.35 * state.frailty[rows] + generator.normal(0, 0.5, len(rows))
        use = np.clip(1 / (1 + np.exp(-strain)), 0.02, 1.15)
        day = np.full(len(rows), end)
        known = evening(day + 2, generator)
        keys = {"customer_id": customer_ids(people)[rows], "contract_id": contract_ids(people)[rows]}
        balances.append(
            make_rows(
                {
                    **keys,
                    "balance_date": dates(day),
                    "balance_amount": np.round(use * limit[rows], 2),
                    "limit_amount": limit[rows],
                },
                known,
            )
        )
        late = history.dpd[index, rows]
        months_late = np.where(late > 0, late // 30 + 1, 0)
        code = np.where(late > 0, "past_due", np.where(use < 0.1, "paid_in_full", "revolving"))
        statuses.append(
            make_rows(
                {
                    **keys,
                    "status_date": dates(day),
                    "status_code": code,
                    "months_past_due": months_late,
                    "min_dpd_days": np.where(months_late > 0, 30 * (months_late - 1) + 1, 0),
                },
                known,
            )
        )
    return concat(balances), concat(statuses)


def _only(values: np.ndarray, wanted: bool) -> object:
    import pyarrow as pa

    return pa.array(values) if wanted else pa.nulls(len(values), pa.string())
