"""Dues and payments in pandas. Only contracts that were paid less than fell due are looked at by installment.

Customers are places in the index of customers, contracts numbers in the order of their names with 0 for none; `key` is
both in one number. Dates are days since 1970.
"""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from bench.from_scratch.clock import PAID_LOOKBACK_DAYS, Clock, day_number

DUE_WINDOWS = (30, 90, 180, 365)
MISSED_WINDOWS = (90, 365)


def repayment(known: Mapping[str, pd.DataFrame], clock: Clock) -> list[pd.DataFrame]:
    """Payments, dues and arrears, by place of the customers with any; amounts in ten-thousandths."""
    day = day_number(clock.day)
    names = pd.Index([])
    for entity in ("contract", "installment", "payment", "pause"):
        names = names.union(known[entity]["contract_id"].cat.categories)
    payment, installment, contract, pause = (
        _numbered(known[entity], names, effective, day)
        for entity, effective in (
            ("payment", "payment_date"),
            ("installment", "agreed_date"),
            ("contract", "signed_date"),
            ("pause", "agreed_date"),
        )
    )
    payment["age"] = day - payment["payment_date"]
    installment["age"] = day - installment["due_date"]
    base = len(names) + 1
    money = _money(payment, contract, base)
    scheduled = _scheduled(installment)
    uncovered = _uncovered(installment, scheduled, money, base)
    return [
        _paid(payment, clock),
        _lateness(scheduled, uncovered, base),
        _standing(contract, scheduled, uncovered, pause[pause["kind_code"] != "technical"], day),
    ]


def _numbered(rows: pd.DataFrame, names: pd.Index, effective: str, day: int) -> pd.DataFrame:
    number = names.get_indexer(rows["contract_id"].cat.categories)
    contract = np.append(number, -1)[rows["contract_id"].cat.codes] + 1
    rows = rows.drop(columns="contract_id").assign(
        contract=contract, key=rows["customer"] * (len(names) + 1) + contract
    )
    return rows[rows[effective] <= day].copy()


def _paid(payment: pd.DataFrame, clock: Clock) -> pd.DataFrame:
    rows = payment[payment["age"] < PAID_LOOKBACK_DAYS]
    amount, age = rows["paid_amount"], rows["age"]
    columns = {f"paid_amount_{days}d": amount.where(age < days, 0) for days in (7, 30, 90, 180, 365)}
    columns |= {f"payment_{days}d_count": (amount > 0) & (age < days) for days in (30, 90, 180, 365)}
    columns |= {f"reversal_{days}d_count": (amount < 0) & (age < days) for days in (90, 365)}
    for back in range(6):
        first, end = (day_number(clock.month_start(months)) for months in (back, back - 1))
        columns[f"paid_amount_m{back}"] = amount.where(rows["payment_date"].between(first, end - 1), 0)
    paid = pd.DataFrame(columns).groupby(rows["customer"]).sum().astype("Int64")
    recent = rows[(amount > 0) & (age < 90)]
    paid["largest_payment_amount_90d"] = recent.groupby("customer")["paid_amount"].max().astype("Int64")
    paid["days_since_payment_days"] = rows[amount > 0].groupby("customer")["age"].min().astype("Int64")
    return paid


def _money(payment: pd.DataFrame, contract: pd.DataFrame, base: int) -> pd.Series:
    """Net payments by the contract they count for: the one named, else the customer's only one, else none."""
    sole = contract[~contract["customer"].duplicated(keep=False)].set_index("customer")["key"]
    unnamed = payment["customer"][payment["key"] % base == 0]
    key = payment["key"].copy()
    key[unnamed.index] = unnamed.map(sole).fillna(key[unnamed.index]).astype(np.int64)
    return payment["paid_amount"].groupby(key).sum()


def _scheduled(installment: pd.DataFrame) -> pd.DataFrame:
    amount, age = installment["due_amount"], installment["age"]
    owed = (amount > 0) & (age >= 0)
    columns = {"fell_due": amount.where(age >= 0, 0), "installment_count": owed}
    for days in DUE_WINDOWS:
        columns[f"installment_{days}d_count"] = owed & (age < days)
        columns[f"due_amount_{days}d"] = amount.where(owed & (age < days), 0)
    columns |= {f"before_{days}d": (amount > 0) & (age > 0) & (age < days) for days in MISSED_WINDOWS}
    return pd.DataFrame(columns).groupby(installment["key"]).sum()


def _uncovered(installment: pd.DataFrame, scheduled: pd.DataFrame, money: pd.Series, base: int) -> pd.DataFrame:
    """Money that names a contract covers its oldest dues, what is unassigned the oldest of what is left."""
    paid = money.reindex(scheduled.index, fill_value=0)
    behind = paid[scheduled["fell_due"] > paid]
    rows = installment[(installment["age"] >= 0) & installment["key"].isin(behind.index)]
    rows = rows.sort_values(["due_date", "contract", "installment_id"])
    due = rows["due_amount"]
    covered = due.groupby(rows["key"]).cumsum() - rows["key"].map(behind)
    rest = due.clip(upper=covered.clip(lower=0))
    unassigned = money[money.index % base == 0].clip(lower=0)
    pool = (rows["customer"] * base).map(unassigned).fillna(0).astype(np.int64)
    left = rest.groupby(rows["customer"]).cumsum() - pool
    rows["amount"] = rest.clip(upper=left.clip(lower=0))
    return rows[(rows["amount"] > 0) & (rows["age"] > 0)]


def _lateness(scheduled: pd.DataFrame, uncovered: pd.DataFrame, base: int) -> pd.DataFrame:
    sums = scheduled.groupby(scheduled.index // base).sum().astype("Int64")
    sums = sums[sums["installment_count"] > 0]
    for days in MISSED_WINDOWS:
        recent = uncovered[uncovered["age"] < days]
        missed = recent.groupby("customer")["amount"].sum().reindex(sums.index, fill_value=0).astype("Int64")
        sums[f"missed_amount_{days}d"] = missed.where(sums[f"before_{days}d"] > 0)
    for days in DUE_WINDOWS:
        sums[f"due_amount_{days}d"] = sums[f"due_amount_{days}d"].where(sums[f"installment_{days}d_count"] > 0)
    return sums.drop(columns=["fell_due", "installment_30d_count", *(f"before_{days}d" for days in MISSED_WINDOWS)])


def _standing(
    contract: pd.DataFrame, scheduled: pd.DataFrame, uncovered: pd.DataFrame, pause: pd.DataFrame, day: int
) -> pd.DataFrame:
    """Days past due from the oldest uncovered due date on, but for paused days; the worst contract counts."""
    past_due = uncovered.groupby(["key", "customer", "contract"], as_index=False).agg(
        amount=("amount", "sum"), days=("age", "max")
    )
    past_due["days"] -= past_due["key"].map(_paused(past_due, pause, day)).fillna(0).astype(np.int64)
    rows = contract[contract["key"].isin(scheduled.index)][["customer", "key"]]
    rows = rows.merge(past_due[["key", "amount", "days"]], on="key", how="left").fillna(0).astype("Int64")
    by_customer = rows.assign(is_late=rows["days"] > 0).groupby("customer")
    standing = by_customer.agg(dpd_days=("days", "max"), past_due_amount=("amount", "sum"))
    return standing.assign(past_due_contract_count=by_customer["is_late"].sum().astype("Int64"))


def _paused(past_due: pd.DataFrame, pause: pd.DataFrame, day: int) -> pd.Series:
    """Days of each contract on which the count stood still."""
    both = past_due.merge(pause, on="customer", suffixes=("", "_paused"))
    both = both[(both["contract_paused"] == 0) | (both["contract_paused"] == both["contract"])]
    first = np.maximum(both["start_date"], day - both["days"] + 1)
    last = np.minimum(both["end_date"].fillna(day), day)
    days = [list(range(int(start), int(end) + 1)) for start, end in zip(first, last, strict=True)]
    return both.assign(day=pd.Series(days, both.index, dtype=object)).explode("day").groupby("key")["day"].nunique()
