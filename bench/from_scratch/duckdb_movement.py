"""Movements on the operating account in DuckDB: counted once per band of ages, then summed over bands."""

from collections.abc import Iterator

from bench.from_scratch.clock import DAY_US, EDGES, NIGHT_END_US, Clock

WINDOWS = (7, 30, 90, 180, 365)


def movement(clock: Clock) -> Iterator[str]:
    """Statements that make the table `movement`."""
    yield _banded(clock)
    yield from _pairs(clock)
    yield _summed(clock)
    yield _movement()


def _banded(clock: Clock) -> str:
    ahead = clock.offsets(365)
    local = f"epoch_us(transaction_at) + {_steps('transaction_at', clock, ahead)}"
    bands = " ".join(
        f"when transaction_at >= {clock.sql(clock.start(days))} then {band}" for band, days in enumerate(EDGES)
    )
    units = "(transaction_amount * 10000)::bigint"
    return f"""
        create temp table banded as
        select
            customer_id,
            direction_code = 'in' as is_in,
            case {bands} end as band,
            count(*) as rows,
            count_if(({local}) % {DAY_US} < {NIGHT_END_US}) as nights,
            sum(transaction_amount) as amount,
            sum({units}::hugeint * {units}) as square,
            max(transaction_amount) as largest,
            max(transaction_at) as last_at
        from known_transaction
        where transaction_at >= {clock.sql(clock.start(EDGES[-1]))} and transaction_at < {clock.sql(clock.cutoff)}
        group by all
    """


def _steps(column: str, clock: Clock, ahead: list[tuple[int, int]]) -> str:
    """What local time is ahead of UTC."""
    if len(ahead) == 1:
        return str(ahead[0][1])
    cases = " ".join(f"when epoch_us({column}) >= {start} then {offset}" for start, offset in reversed(ahead[1:]))
    return f"case {cases} else {ahead[0][1]} end"


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


def _summed(clock: Clock) -> str:
    sums = []
    for days in WINDOWS:
        inside = f"band <= {EDGES.index(days)}"
        sums += [
            f"coalesce(sum(rows) filter ({inside}), 0)::bigint as transaction_{days}d_count",
            f"coalesce(sum(rows) filter (is_in and {inside}), 0)::bigint as inflow_{days}d_count",
            f"coalesce(sum(rows) filter (not is_in and {inside}), 0)::bigint as outflow_{days}d_count",
            f"coalesce(sum(nights) filter ({inside}), 0)::bigint as night_{days}d_count",
            f"coalesce(sum(amount) filter (is_in and {inside}), 0) as inflow_amount_{days}d",
            f"coalesce(sum(amount) filter (not is_in and {inside}), 0) as outflow_amount_{days}d",
        ]
    first = 0
    for block in range(6):
        last = EDGES.index(30 * block + 30)
        sums.append(f"coalesce(sum(amount) filter (is_in and band between {first} and {last}), 0) as block_{block}")
        first = last + 1
    half_year = f"band <= {EDGES.index(180)}"
    year_ago = f"is_in and band = {EDGES.index(455)}"
    sums += [
        f"sum(square) filter (is_in and {half_year}) as inflow_square",
        f"sum(square) filter (not is_in and {half_year}) as outflow_square",
        f"coalesce(sum(amount) filter ({year_ago}), 0) as inflow_amount_year_ago_90d",
        f"max(largest) filter (not is_in and band <= {EDGES.index(90)}) as largest_outflow_amount_90d",
        f"{_age('max(last_at)', clock)} as days_since_transaction_days",
        f"{_age('max(last_at) filter (is_in)', clock)} as days_since_inflow_days",
    ]
    return f"create temp table summed as select customer_id, {', '.join(sums)} from banded group by customer_id"


def _age(instant: str, clock: Clock) -> str:
    return f"(date '{clock.day}' - timezone('{clock.timezone}', {instant})::date)::integer"


def _movement() -> str:
    blocks = [f"block_{block}" for block in range(6)]
    in_units, out_units = (f"({name}_amount_180d * 10000)::hugeint" for name in ("inflow", "outflow"))
    square = " + ".join(f"(({block} * 10000)::hugeint * ({block} * 10000)::hugeint)" for block in blocks)
    return f"""
        create temp table movement as
        select
            customer_id,
            columns('^(transaction|inflow|outflow)_[0-9]+d_count$'),
            columns('^(inflow|outflow)_amount_[0-9]+d$'),
            {", ".join(f"inflow_amount_{d}d - outflow_amount_{d}d as net_flow_amount_{d}d" for d in WINDOWS)},
            night_30d_count,
            night_90d_count,
            night_365d_count,
            {_ratio("night_90d_count", "transaction_90d_count")} as night_share_90d_ratio,
            {_ratio("night_30d_count", "transaction_30d_count")}
            - {_ratio("night_365d_count", "transaction_365d_count")} as night_share_change_ratio,
            largest_outflow_amount_90d,
            {_variation("inflow_180d_count", "inflow_square", in_units)} as inflow_variation_180d_ratio,
            {_variation("outflow_180d_count", "outflow_square", out_units)} as outflow_variation_180d_ratio,
            {_variation("6", f"({square})", in_units)} as inflow_block_variation_180d_ratio,
            {_ratio(f"6 * least({', '.join(blocks)})", "inflow_amount_180d")} as lowest_inflow_block_180d_ratio,
            ({" + ".join(f"({block} > 0)::integer" for block in blocks)}) as active_inflow_block_180d_count,
            block_1 as inflow_amount_prior_30d,
            inflow_amount_180d - inflow_amount_90d as inflow_amount_prior_90d,
            outflow_amount_180d - outflow_amount_90d as outflow_amount_prior_90d,
            inflow_amount_year_ago_90d,
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
