"""Dues and payments in polars. Only contracts that were paid less than fell due are looked at by installment."""

from collections.abc import Mapping

import polars as pl

from bench.from_scratch.clock import PAID_LOOKBACK_DAYS, Clock

CONTRACT = ["customer_id", "contract_id"]
units, age = pl.col("units"), pl.col("age")
DUE_WINDOWS = (30, 90, 180, 365)
MISSED_WINDOWS = (90, 365)


def repayment(known: Mapping[str, pl.LazyFrame], clock: Clock) -> list[pl.DataFrame]:
    """Payments, dues and arrears, a row per customer with any; amounts in ten-thousandths."""
    payments = known["payment"].filter(pl.col("payment_date") <= clock.day)
    payment = payments.select(
        *CONTRACT, date=pl.col("payment_date"), age=_age("payment_date", clock), units=_units("paid_amount")
    ).collect()
    contract = known["contract"].filter(pl.col("signed_date") <= clock.day).select(CONTRACT).collect()
    installments = known["installment"].filter(pl.col("agreed_date") <= clock.day)
    installment = installments.select(
        *CONTRACT, "installment_id", "due_date", age=_age("due_date", clock), units=_units("due_amount")
    ).collect()
    pauses = known["pause"].filter(pl.col("agreed_date") <= clock.day, pl.col("kind_code") != "technical")
    money = _money(payment, contract)
    scheduled = _scheduled(installment)
    uncovered = _uncovered(installment, scheduled, money)
    return [
        _paid(payment, clock),
        _lateness(scheduled, uncovered),
        _standing(contract, scheduled, uncovered, pauses.collect(), clock),
    ]


def _age(column: str, clock: Clock) -> pl.Expr:
    return (pl.lit(clock.day) - pl.col(column)).dt.total_days().cast(pl.Int32)


def _units(column: str) -> pl.Expr:
    return pl.col(column).to_physical().cast(pl.Int64)


def _when(condition: pl.Expr, value: pl.Expr = units) -> pl.Expr:
    return pl.when(condition).then(value)


def _paid(payment: pl.DataFrame, clock: Clock) -> pl.DataFrame:
    sums: dict[str, pl.Expr] = {f"paid_amount_{days}d": _when(age < days).sum() for days in (7, 30, 90, 180, 365)}
    sums |= {f"payment_{days}d_count": ((units > 0) & (age < days)).sum() for days in (30, 90, 180, 365)}
    sums |= {f"reversal_{days}d_count": ((units < 0) & (age < days)).sum() for days in (90, 365)}
    for back in range(6):
        inside = (pl.col("date") >= clock.month_start(back)) & (pl.col("date") < clock.month_start(back - 1))
        sums[f"paid_amount_m{back}"] = _when(inside).sum()
    sums["largest_payment_amount_90d"] = _when((units > 0) & (age < 90)).max()
    sums["days_since_payment_days"] = _when(units > 0, age).min()
    return payment.lazy().filter(age < PAID_LOOKBACK_DAYS).group_by("customer_id").agg(**sums).collect()


def _money(payment: pl.DataFrame, contract: pl.DataFrame) -> pl.DataFrame:
    """Net payments by the contract they count for: the one named, else the customer's only one, else none."""
    sole = contract.group_by("customer_id").agg(sole=pl.col("contract_id").first(), rows=pl.len()).filter(rows=1)
    named = payment.join(sole.drop("rows"), on="customer_id", how="left").with_columns(
        contract_id=pl.coalesce("contract_id", "sole")
    )
    return named.group_by(CONTRACT).agg(paid=units.sum())


def _scheduled(installment: pl.DataFrame) -> pl.DataFrame:
    owed = (units > 0) & (age >= 0)
    sums: dict[str, pl.Expr] = {"fell_due": _when(age >= 0).sum(), "due_count": owed.sum()}
    for days in DUE_WINDOWS:
        sums[f"due_{days}d_count"] = (owed & (age < days)).sum()
        sums[f"due_{days}d"] = _when(owed & (age < days)).sum()
    sums |= {f"before_{days}d_count": ((units > 0) & (age > 0) & (age < days)).sum() for days in MISSED_WINDOWS}
    return installment.lazy().group_by(CONTRACT).agg(**sums).collect()


def _uncovered(installment: pl.DataFrame, scheduled: pl.DataFrame, money: pl.DataFrame) -> pl.DataFrame:
    """Money that names a contract covers its oldest dues, what is unassigned the oldest of what is left."""
    behind = (
        scheduled.join(money, on=CONTRACT, how="left")
        .with_columns(pl.col("paid").fill_null(0))
        .filter(pl.col("fell_due") > pl.col("paid"))
        .select(*CONTRACT, "paid")
    )
    unassigned = money.filter(pl.col("contract_id").is_null()).select("customer_id", pool=pl.col("paid").clip(0))
    covered = (units.cum_sum().over(CONTRACT) - pl.col("paid")).clip(0)
    left = (pl.col("rest").cum_sum().over("customer_id") - pl.col("pool").fill_null(0)).clip(0)
    return (
        installment.filter(age >= 0)
        .join(behind, on=CONTRACT)
        .sort("due_date", "contract_id", "installment_id")
        .with_columns(rest=pl.min_horizontal(units, covered))
        .join(unassigned, on="customer_id", how="left", maintain_order="left")
        .with_columns(amount=pl.min_horizontal("rest", left))
        .filter(pl.col("amount") > 0, age > 0)
    )


def _lateness(scheduled: pl.DataFrame, uncovered: pl.DataFrame) -> pl.DataFrame:
    missed = uncovered.group_by("customer_id").agg(
        **{f"missed_{days}d": _when(age < days, pl.col("amount")).sum() for days in MISSED_WINDOWS}
    )
    sums = scheduled.group_by("customer_id").agg(pl.exclude(CONTRACT).sum()).filter(pl.col("due_count") > 0)
    return sums.join(missed, on="customer_id", how="left").select(
        "customer_id",
        installment_count="due_count",
        **{f"installment_{days}d_count": pl.col(f"due_{days}d_count") for days in (90, 180, 365)},
        **{
            f"due_amount_{days}d": _when(pl.col(f"due_{days}d_count") > 0, pl.col(f"due_{days}d"))
            for days in DUE_WINDOWS
        },
        **{
            f"missed_amount_{days}d": _when(pl.col(f"before_{days}d_count") > 0, pl.col(f"missed_{days}d").fill_null(0))
            for days in MISSED_WINDOWS
        },
    )


def _standing(
    contract: pl.DataFrame, scheduled: pl.DataFrame, uncovered: pl.DataFrame, pause: pl.DataFrame, clock: Clock
) -> pl.DataFrame:
    """Days past due from the oldest uncovered due date on, but for paused days; the worst contract counts."""
    past_due = uncovered.group_by(CONTRACT).agg(
        amount=pl.col("amount").sum(), oldest_date=pl.col("due_date").min(), days=age.max()
    )
    paused = (
        past_due.join(pause, on="customer_id")
        .filter(pl.col("contract_id_right").is_null() | (pl.col("contract_id") == pl.col("contract_id_right")))
        .with_columns(
            first=pl.max_horizontal("start_date", pl.col("oldest_date") + pl.duration(days=1)),
            last=pl.min_horizontal(pl.col("end_date").fill_null(clock.day), clock.day),
        )
        .filter(pl.col("first") <= pl.col("last"))
        .select(*CONTRACT, day=pl.date_ranges("first", "last"))
        .explode("day")
        .group_by(CONTRACT)
        .agg(paused=pl.col("day").n_unique().cast(pl.Int32))
    )
    return (
        contract.join(scheduled, on=CONTRACT, how="semi")
        .join(past_due, on=CONTRACT, how="left")
        .join(paused, on=CONTRACT, how="left")
        .with_columns(dpd_days=(pl.col("days") - pl.col("paused").fill_null(0)).fill_null(0))
        .group_by("customer_id")
        .agg(
            dpd_days=pl.col("dpd_days").max(),
            past_due_amount=pl.col("amount").sum(),
            past_due_contract_count=(pl.col("dpd_days") > 0).sum(),
        )
    )
