"""Movements on the operating account in DuckDB, summed over all windows in one pass over the rows."""

from collections.abc import Iterator

from bench.from_scratch.clock import DAY_US, EDGES, NIGHT_END_US, Clock

WINDOWS = (7, 30, 90, 180, 365)
AMOUNT = "transaction_amount"
SQUARE = "units::hugeint * units"


def movement(clock: Clock) -> Iterator[str]:
    """Statements that make the table `movement`."""
    yield from _pairs(clock)
    yield _summed(clock)
    yield _movement()


def _summed(clock: Clock) -> str:
    def within(days: int) -> str:
        return f"transaction_at >= {clock.sql(clock.start(days))}"

    def total(value: str, side: str, days: int) -> str:
        return f"coalesce(sum(case when {side} and {within(days)} then {value} end), 0)"

    sums = []
    for days in WINDOWS:
        sums += [
            f"count_if({within(days)}) as transaction_{days}d_count",
            f"count_if(is_in and {within(days)}) as inflow_{days}d_count",
            f"{total(AMOUNT, 'not is_in', days)} as outflow_amount_{days}d",
        ]
    sums += [f"{total(AMOUNT, 'is_in', days)} as inflow_amount_{days}d" for days in EDGES]
    sums += [f"count_if(is_night and {within(days)}) as night_{days}d_count" for days in (30, 90, 365)]
    sums += [
        f"{total(SQUARE, 'is_in', 180)} as inflow_square",
        f"{total(SQUARE, 'not is_in', 180)} as outflow_square",
        f"max(case when not is_in and {within(90)} then {AMOUNT} end) as largest_outflow_amount_90d",
        f"{_age('max(transaction_at)', clock)} as days_since_transaction_days",
        f"{_age('max(case when is_in then transaction_at end)', clock)} as days_since_inflow_days",
    ]
    return f"""
        create temp table summed as
        select customer_id, {", ".join(sums)}
        from (
            select
                customer_id,
                transaction_at,
                transaction_amount,
                direction_code = 'in' as is_in,
                (transaction_amount * 10000)::bigint as units,
                (epoch_us(transaction_at) + {_ahead("transaction_at", clock)}) % {DAY_US} < {NIGHT_END_US} as is_night
            from known_transaction
            where {within(EDGES[-1])} and transaction_at < {clock.sql(clock.cutoff)}
        )
        group by customer_id
    """


def _age(instant: str, clock: Clock) -> str:
    return f"(date '{clock.day}' - timezone('{clock.timezone}', {instant})::date)::integer"


def _ahead(column: str, clock: Clock) -> str:
    """Microseconds that local time is ahead of UTC."""
    steps = clock.offsets(365)
    cases = " ".join(f"when epoch_us({column}) >= {start} then {ahead}" for start, ahead in reversed(steps[1:]))
    return f"case {cases} else {steps[0][1]} end" if cases else str(steps[0][1])


def _pairs(clock: Clock) -> Iterator[str]:
    """Counterparties of a year; of older rows only those can matter whose counterparty seems to be new."""
    year, quarter = clock.sql(clock.start(365)), clock.sql(clock.start(90))
    yield f"""
        create temp table pair as
        select customer_id, counterparty_id, max(transaction_at) as last_at, min(transaction_at) as first_at
        from known_transaction
        where counterparty_id is not null and transaction_at >= {year} and transaction_at < {clock.sql(clock.cutoff)}
        group by all
    """
    yield f"""
        create temp table counterparty as
        select
            customer_id,
            count_if(pair.last_at >= {quarter}) as counterparty_90d_count,
            count(*) as counterparty_365d_count,
            count_if(pair.first_at >= {quarter} and older.customer_id is null) as new_counterparty_90d_count
        from pair
        left join (
            select distinct customer_id, counterparty_id
            from known_transaction
            where
                transaction_at < {year}
                and (customer_id, counterparty_id) in (
                    select customer_id, counterparty_id from pair where first_at >= {quarter}
                )
        ) as older using (customer_id, counterparty_id)
        group by customer_id
    """


def _movement() -> str:
    blocks = ["inflow_amount_30d"]
    blocks += [f"(inflow_amount_{days + 30}d - inflow_amount_{days}d)" for days in (30, 60, 90, 120, 150)]
    outflows = "(transaction_180d_count - inflow_180d_count)"
    windowed = []
    for days in WINDOWS:
        windowed += [
            f"transaction_{days}d_count",
            f"inflow_{days}d_count",
            f"transaction_{days}d_count - inflow_{days}d_count as outflow_{days}d_count",
            f"inflow_amount_{days}d",
            f"outflow_amount_{days}d",
            f"inflow_amount_{days}d - outflow_amount_{days}d as net_flow_amount_{days}d",
        ]
    in_units, out_units = (f"({name}_amount_180d * 10000)::hugeint" for name in ("inflow", "outflow"))
    square = " + ".join(f"(({block} * 10000)::hugeint * ({block} * 10000)::hugeint)" for block in blocks)
    return f"""
        create temp table movement as
        select
            customer_id,
            {", ".join(windowed)},
            night_30d_count,
            night_90d_count,
            night_365d_count,
            {_ratio("night_90d_count", "transaction_90d_count")} as night_share_90d_ratio,
            {_ratio("night_30d_count", "transaction_30d_count")}
            - {_ratio("night_365d_count", "transaction_365d_count")} as night_share_change_ratio,
            largest_outflow_amount_90d,
            {_variation("inflow_180d_count", "inflow_square", in_units)} as inflow_variation_180d_ratio,
            {_variation(outflows, "outflow_square", out_units)} as outflow_variation_180d_ratio,
            {_variation("6", f"({square})", in_units)} as inflow_block_variation_180d_ratio,
            {_ratio(f"6 * least({', '.join(blocks)})", "inflow_amount_180d")} as lowest_inflow_block_180d_ratio,
            ({" + ".join(f"({block} > 0)::integer" for block in blocks)}) as active_inflow_block_180d_count,
            {blocks[1]} as inflow_amount_prior_30d,
            inflow_amount_180d - inflow_amount_90d as inflow_amount_prior_90d,
            outflow_amount_180d - outflow_amount_90d as outflow_amount_prior_90d,
            inflow_amount_455d - inflow_amount_365d as inflow_amount_year_ago_90d,
            {_ratio("90 * transaction_7d_count", "(7 * transaction_90d_count)")} as activity_burst_7d_ratio,
            {_ratio("90 * outflow_amount_7d", "(7 * outflow_amount_90d)")} as outflow_burst_7d_ratio,
            coalesce(counterparty_90d_count, 0) as counterparty_90d_count,
            coalesce(counterparty_365d_count, 0) as counterparty_365d_count,
            coalesce(new_counterparty_90d_count, 0) as new_counterparty_90d_count,
            {_ratio("new_counterparty_90d_count", "counterparty_90d_count")} as new_counterparty_90d_ratio,
            days_since_transaction_days,
            days_since_inflow_days
        from summed
        left join counterparty using (customer_id)
    """


def _ratio(numerator: str, denominator: str) -> str:
    return f"(({numerator})::double / nullif({denominator}, 0)::double)"


def _variation(count: str, square: str, units: str) -> str:
    """Population standard deviation over the mean, from exact sums."""
    return f"""case when {units} > 0
        then sqrt(greatest({count} * {square} - {units} * {units}, 0)::double) / {units}::double
    end"""
