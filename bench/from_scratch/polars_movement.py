"""Movements on the operating account in polars."""

from collections.abc import Mapping

import polars as pl

from bench.from_scratch.clock import DAY_US, EDGES, NIGHT_END_US, Clock, microseconds

WINDOWS = (7, 30, 90, 180, 365)
moment = pl.col("transaction_at")
PAIR = ["customer_id", "counterparty_id"]


def movement(known: Mapping[str, pl.LazyFrame], clock: Clock) -> pl.DataFrame:
    """One row per customer with a movement in the longest window; amounts in ten-thousandths."""
    rows = known["transaction"].filter(moment < clock.cutoff)
    counterparties = _counterparties(rows, clock)
    summed = _summed(rows.filter(moment >= clock.start(EDGES[-1])), clock).collect(engine="streaming")
    return (
        summed.join(counterparties, on="customer_id", how="left")
        .with_columns(pl.col("^.*counterparty_.*_count$").fill_null(0))
        .with_columns(**_derived(clock))
        .select(pl.exclude("^(last_at|last_inflow_at|.*_deviation|.*_(60|120|150|455)d)$"))
    )


def _summed(rows: pl.LazyFrame, clock: Clock) -> pl.LazyFrame:
    at, units, is_in, is_night = (pl.col(name) for name in ("at", "units", "is_in", "is_night"))

    def within(days: int) -> pl.Expr:
        return at >= microseconds(clock.start(days))

    def when(condition: pl.Expr, value: pl.Expr = units) -> pl.Expr:
        return pl.when(condition).then(value)

    sums: dict[str, pl.Expr] = {}
    for days in WINDOWS:
        sums |= {
            f"transaction_{days}d_count": within(days).sum(),
            f"inflow_{days}d_count": (is_in & within(days)).sum(),
            f"outflow_amount_{days}d": when(~is_in & within(days)).sum(),
        }
    sums |= {f"inflow_amount_{days}d": when(is_in & within(days)).sum() for days in EDGES}
    sums |= {f"night_{days}d_count": (is_night & within(days)).sum() for days in (30, 90, 365)}
    half = within(180)
    sums |= {
        "inflow_deviation": when(is_in & half, units.cast(pl.Float64)).std(ddof=0),
        "outflow_deviation": when(~is_in & half, units.cast(pl.Float64)).std(ddof=0),
        "largest_outflow_amount_90d": when(~is_in & within(90)).max(),
        "last_at": at.max(),
        "last_inflow_at": when(is_in, at).max(),
    }
    return (
        rows.select(
            "customer_id",
            at=moment.to_physical(),
            is_in=pl.col("direction_code") == "in",
            units=pl.col("transaction_amount").to_physical().cast(pl.Int64),
        )
        .with_columns(is_night=(at + _ahead(at, clock)) % DAY_US < NIGHT_END_US)
        .group_by("customer_id")
        .agg(**sums)
    )


def _ahead(at: pl.Expr, clock: Clock) -> pl.Expr:
    """Microseconds that local time is ahead of UTC."""
    steps = clock.offsets(365)
    ahead = pl.lit(steps[0][1])
    for start, offset in steps[1:]:
        ahead = pl.when(at >= start).then(offset).otherwise(ahead)
    return ahead


def _counterparties(rows: pl.LazyFrame, clock: Clock) -> pl.DataFrame:
    """Counterparties of a year; of older rows only those can matter whose counterparty seems to be new."""
    year, quarter = clock.start(365), clock.start(90)
    pairs = (
        rows.filter(moment >= year, pl.col("counterparty_id").is_not_null())
        .group_by(PAIR)
        .agg(first_at=moment.min(), last_at=moment.max())
        .collect(engine="streaming")
    )
    fresh = pairs.lazy().filter(pl.col("first_at") >= quarter)
    older = rows.filter(moment < year).select(PAIR)
    new = fresh.join(older, on=PAIR, how="anti").group_by("customer_id").agg(new_counterparty_90d_count=pl.len())
    return (
        pairs.group_by("customer_id")
        .agg(counterparty_90d_count=(pl.col("last_at") >= quarter).sum(), counterparty_365d_count=pl.len())
        .join(new.collect(engine="streaming"), on="customer_id", how="left")
    )


def _derived(clock: Clock) -> dict[str, pl.Expr]:
    inflow, outflow = ({days: pl.col(f"{side}_amount_{days}d") for days in EDGES} for side in ("inflow", "outflow"))
    total, incoming = (
        {days: pl.col(f"{name}_{days}d_count") for days in WINDOWS} for name in ("transaction", "inflow")
    )
    night = {days: pl.col(f"night_{days}d_count") for days in (30, 90, 365)}
    blocks = [inflow[30], *(inflow[days + 30] - inflow[days] for days in (30, 60, 90, 120, 150))]
    share = {days: _ratio(night[days], total[days]) for days in night}
    floats = pl.concat_list([block.cast(pl.Float64) for block in blocks])
    return {
        **{f"outflow_{days}d_count": total[days] - incoming[days] for days in WINDOWS},
        **{f"net_flow_amount_{days}d": inflow[days] - outflow[days] for days in WINDOWS},
        "night_share_90d_ratio": share[90],
        "night_share_change_ratio": share[30] - share[365],
        "inflow_variation_180d_ratio": _ratio(pl.col("inflow_deviation") * incoming[180], inflow[180]),
        "outflow_variation_180d_ratio": _ratio(
            pl.col("outflow_deviation") * (total[180] - incoming[180]), outflow[180]
        ),
        "inflow_block_variation_180d_ratio": _ratio(6 * floats.list.std(ddof=0), inflow[180]),
        "lowest_inflow_block_180d_ratio": _ratio(6 * pl.min_horizontal(blocks), inflow[180]),
        "active_inflow_block_180d_count": pl.sum_horizontal([(block > 0).cast(pl.Int32) for block in blocks]),
        "inflow_amount_prior_30d": blocks[1],
        "inflow_amount_prior_90d": inflow[180] - inflow[90],
        "outflow_amount_prior_90d": outflow[180] - outflow[90],
        "inflow_amount_year_ago_90d": inflow[455] - inflow[365],
        "activity_burst_7d_ratio": _ratio(90 * total[7].cast(pl.Int64), 7 * total[90].cast(pl.Int64)),
        "outflow_burst_7d_ratio": _ratio(90 * outflow[7], 7 * outflow[90]),
        "new_counterparty_90d_ratio": _ratio(pl.col("new_counterparty_90d_count"), pl.col("counterparty_90d_count")),
        "days_since_transaction_days": _age("last_at", clock),
        "days_since_inflow_days": _age("last_inflow_at", clock),
    }


def _ratio(numerator: pl.Expr, denominator: pl.Expr) -> pl.Expr:
    return pl.when(denominator > 0).then(numerator.cast(pl.Float64) / denominator.cast(pl.Float64))


def _age(column: str, clock: Clock) -> pl.Expr:
    local = pl.col(column).cast(pl.Datetime("us", "UTC")).dt.convert_time_zone(clock.timezone).dt.date()
    return (pl.lit(clock.day) - local).dt.total_days().cast(pl.Int32)
