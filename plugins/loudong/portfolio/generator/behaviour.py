"""What can be seen of a customer: transactions, outside scores, statements, contacts. It follows stress with noise."""

import numpy as np

from loudong.portfolio.generator import parameters as p
from loudong.portfolio.generator.basics import customer_ids
from loudong.portfolio.generator.calendar import Calendar
from loudong.portfolio.generator.history import History
from loudong.portfolio.generator.process import NEVER
from loudong.portfolio.generator.rows import (
    DAY_SECONDS,
    ZONE_SECONDS,
    Rows,
    concat,
    dates,
    evening,
    ids,
    known_late,
    make_rows,
    moments,
)


def transaction_rows(history: History, calendar: Calendar, generator: np.random.Generator) -> Rows:
    """Movements on the operating account: seasons, a habitual income day, bursts, fewer and smaller under stress."""
    people = history.customers
    parts = []
    habit_day = generator.integers(0, 28, len(people))
    base = people.monthly_amount * generator.uniform(1.6, 3.2, len(people))
    for index, (start, end) in enumerate(zip(calendar.starts, calendar.ends, strict=True)):
        strain = history.states[index].stress + 0.6 * history.states[index].frailty
        here = history.active[index] & (people.onboarded <= start)
        share = (end - start + 1) / 30.5
        burst = np.where(generator.random(len(people)) < p.BURST_CHANCE, 3.0, 1.0)
        pace = p.TRANSACTIONS_A_MONTH * p.SEASON[calendar.month_numbers[index] - 1] * share * burst
        wanted = generator.poisson(np.where(here, pace * np.exp(-p.ACTIVITY_FALL_WITH_STRESS * strain), 0.0))
        column = np.repeat(np.arange(len(people)), wanted)
        count = len(column)
        is_in = generator.random(count) < 0.42
        habitual = is_in & (generator.random(count) < 0.5)
        day = np.where(habitual, np.minimum(start + habit_day[column], end), generator.integers(start, end + 1, count))
        night = generator.random(count) < p.NIGHT_SHARE * np.exp(0.15 * strain[column])
        second = np.where(
            night, generator.integers(0, 6 * 3_600, count), generator.integers(8 * 3_600, 22 * 3_600, count)
        )
        size = base[column] / (p.TRANSACTIONS_A_MONTH * 0.42) * generator.lognormal(-0.25, 0.7, count)
        fall = np.where(is_in, np.exp(-p.INFLOW_FALL_WITH_STRESS * strain[column]), 0.72)
        known_partner = generator.random(count) < 0.8
        partner = np.where(
            known_partner,
            (column * 7 + generator.integers(0, 6, count)) % 9_000,
            generator.integers(9_000, 99_999, count),
        )
        at = day * DAY_SECONDS - ZONE_SECONDS + second
        extra, is_late = known_late(count, generator)
        parts.append(
            make_rows(
                {
                    "transaction_id": np.char.add(
                        ids("T", people.number[column], 7), np.char.add(f"-{index}-", np.arange(count).astype(str))
                    ),
                    "customer_id": customer_ids(people)[column],
                    "transaction_at": moments(at),
                    "direction_code": np.where(is_in, "in", "out"),
                    "transaction_amount": np.round(size * fall + 1, 2),
                    "category_code": generator.choice(
                        ["sales", "wages", "rent", "supplier", "utilities", "other"], count
                    ),
                    "channel_code": generator.choice(["transfer", "card", "wechat", "alipay"], count),
                    "counterparty_id": ids("X", partner, 5),
                },
                np.maximum(evening(day, generator), at + 60) + extra * DAY_SECONDS,
                is_late,
            )
        )
    return concat(parts)


def credit_score_rows(history: History, calendar: Calendar, generator: np.random.Generator) -> Rows:
    """A monthly outside score: a noisy, lagging view of the causes."""
    people = history.customers
    parts = []
    for index in range(1, calendar.whole_months):
        before = history.states[index - 1]
        value = (
            p.SCORE_MEAN
            - p.SCORE_FRAILTY_WEIGHT * before.frailty
            - p.SCORE_STRESS_WEIGHT * before.stress
            - 30.0 * (history.dpd[index - 1] > 30)
            + generator.normal(0, p.SCORE_NOISE, len(people))
        )
        rows = np.flatnonzero(history.active[index] & (people.onboarded <= calendar.starts[index]))
        day = np.full(len(rows), calendar.ends[index])
        extra, is_late = known_late(len(rows), generator)
        parts.append(
            make_rows(
                {
                    "customer_id": customer_ids(people)[rows],
                    "source_code": np.full(len(rows), "bureau"),
                    "score_date": dates(day),
                    "score_value": np.clip(np.round(value[rows]), 300, 900),
                },
                evening(day + p.SCORE_DELAY_DAYS, generator) + extra * DAY_SECONDS,
                is_late,
            )
        )
    return concat(parts)


def statement_rows(history: History, calendar: Calendar, generator: np.random.Generator) -> Rows:
    """Quarterly statements of enterprises, known 30 to 90 days after the quarter."""
    people = history.customers
    size = people.monthly_amount * generator.lognormal(3.2, 0.4, len(people))
    parts = []
    for index in range(2, calendar.whole_months):
        if calendar.month_numbers[index] % 3:
            continue
        rows = np.flatnonzero(
            people.is_enterprise & history.active[index] & (people.onboarded <= calendar.starts[index - 2])
        )
        count = len(rows)
        strain = history.states[index].stress[rows] + history.states[index].frailty[rows]
        noise = generator.normal(0, 1, (6, count))
        revenue = size[rows] * np.exp(-0.10 * strain + 0.12 * noise[0])
        assets = size[rows] * 5 * np.exp(0.1 * noise[1])
        debt = np.clip(0.52 + 0.06 * strain + 0.06 * noise[2], 0.1, 1.3)
        current = np.clip(0.45 - 0.03 * strain + 0.04 * noise[3], 0.1, 0.9) * assets
        profit = (0.07 - 0.025 * strain + 0.02 * noise[4]) * revenue
        interest = 0.012 * debt * assets
        liabilities = debt * assets
        end = np.full(count, calendar.ends[index])
        figures = {
            "revenue_amount": revenue,
            "operating_profit_amount": profit + interest,
            "interest_expense_amount": interest,
            "net_profit_amount": profit * 0.8,
            "operating_cash_flow_amount": profit + 0.03 * noise[5] * revenue,
            "total_assets_amount": assets,
            "current_assets_amount": current,
            "inventory_amount": 0.3 * current,
            "receivables_amount": 0.4 * current,
            "total_liabilities_amount": liabilities,
            "current_liabilities_amount": 0.6 * liabilities,
            "retained_earnings_amount": 0.15 * (assets - liabilities),
        }
        rounded = {name: np.round(values, 2) for name, values in figures.items()}
        rounded["equity_amount"] = np.round(rounded["total_assets_amount"] - rounded["total_liabilities_amount"], 2)
        parts.append(
            make_rows(
                {
                    "customer_id": customer_ids(people)[rows],
                    "period_end_date": dates(end),
                    "period_months": np.full(count, 3),
                    **rounded,
                    "is_audited": np.full(count, calendar.month_numbers[index] == 12),
                },
                evening(end + generator.integers(30, 91, count), generator),
            )
        )
    return concat(parts)


def interaction_rows(history: History, calendar: Calendar, generator: np.random.Generator) -> Rows:
    """Calls, visits and messages: more when money is owed, answered less under stress; promises and complaints."""
    people = history.customers
    parts = []
    for index, (start, end) in enumerate(zip(calendar.starts, calendar.ends, strict=True)):
        state = history.states[index]
        owes = state.oldest_due != NEVER
        here = history.active[index] & (people.onboarded <= start)
        wanted = generator.poisson(np.where(here, 0.22 + 1.1 * owes, 0.0))
        column = np.repeat(np.arange(len(people)), wanted)
        count = len(column)
        strain = (state.stress + 0.7 * state.frailty)[column]
        answered = generator.random(count) < 1 / (1 + np.exp(-(1.5 - 0.6 * strain)))
        dunning = owes[column] & (generator.random(count) < 0.8)
        promises = dunning & answered & (generator.random(count) < 0.5)
        complains = answered & (generator.random(count) < np.clip(0.03 * np.exp(0.35 * strain), 0, 0.4))
        day = generator.integers(start, end + 1, count)
        at = day * DAY_SECONDS - ZONE_SECONDS + generator.integers(9 * 3_600, 18 * 3_600, count)
        mood = np.clip(np.round(3.8 - 0.4 * strain + generator.normal(0, 0.7, count)), 1, 5).astype(int)
        extra, is_late = known_late(count, generator)
        parts.append(
            make_rows(
                {
                    "interaction_id": np.char.add(
                        ids("I", people.number[column], 7), np.char.add(f"-{index}-", np.arange(count).astype(str))
                    ),
                    "customer_id": customer_ids(people)[column],
                    "interaction_at": moments(at),
                    "channel_code": generator.choice(["call", "visit", "message"], count, p=[0.6, 0.15, 0.25]),
                    "purpose_code": np.where(dunning, "dunning", np.where(complains, "complaint", "care")),
                    "employee_id": ids("M", people.building[column] // 6, 4),
                    "is_answered": answered,
                    "is_complaint": complains,
                    "satisfaction_score": _present(mood, answered),
                    "promised_amount": _present(people.monthly_amount[column], promises),
                    "promised_date": dates(np.where(promises, day + generator.integers(3, 15, count), NEVER)),
                },
                evening(day, generator) + extra * DAY_SECONDS,
                is_late,
            )
        )
    return concat(parts)


def _present(values: np.ndarray, present: np.ndarray) -> object:
    import pyarrow as pa

    return pa.array(values, mask=~present)
