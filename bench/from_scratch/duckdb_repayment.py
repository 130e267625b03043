"""Dues and payments in DuckDB. Only contracts that were paid less than fell due are looked at by installment."""

from collections.abc import Iterator

from bench.from_scratch.clock import PAID_LOOKBACK_DAYS, Clock


def repayment(clock: Clock) -> Iterator[str]:
    """Statements that make the tables `paid`, `lateness` and `standing`."""
    day = f"date '{clock.day}'"
    yield f"create temp table payment as select * from known_payment where payment_date <= {day}"
    yield f"""
        create temp table contract as
        select customer_id, contract_id, count(*) over (partition by customer_id) as contracts
        from known_contract
        where signed_date <= {day}
    """
    yield _paid(clock, day)
    yield """
        create temp table money as
        select
            payment.customer_id,
            coalesce(payment.contract_id, sole.contract_id) as contract_id,
            sum(payment.paid_amount) as amount
        from payment
        left join contract as sole on payment.customer_id = sole.customer_id and sole.contracts = 1
        group by all
    """
    yield f"""
        create temp table scheduled as
        select
            customer_id,
            contract_id,
            coalesce(sum(due_amount) filter (due_date <= {day}), 0) as due_amount,
            {_dues(day)}
        from known_installment
        where agreed_date <= {day}
        group by all
    """
    yield _uncovered(day)
    yield _lateness(day)
    yield _standing(day)


def _paid(clock: Clock, day: str) -> str:
    columns = [
        f"coalesce(sum(paid_amount) filter (payment_date > {day} - {days}), 0) as paid_amount_{days}d"
        for days in (7, 30, 90, 180, 365)
    ]
    columns += [
        f"count(*) filter (paid_amount {sign} 0 and payment_date > {day} - {days}) as {name}_{days}d_count"
        for name, sign, windows in (("payment", ">", (30, 90, 180, 365)), ("reversal", "<", (90, 365)))
        for days in windows
    ]
    for back in range(6):
        inside = (
            f"payment_date >= date '{clock.month_start(back)}' and payment_date < date '{clock.month_start(back - 1)}'"
        )
        columns.append(f"coalesce(sum(paid_amount) filter ({inside}), 0) as paid_amount_m{back}")
    return f"""
        create temp table paid as
        select
            customer_id,
            {", ".join(columns)},
            max(paid_amount) filter (paid_amount > 0 and payment_date > {day} - 90) as largest_payment_amount_90d,
            ({day} - max(payment_date) filter (paid_amount > 0))::integer as days_since_payment_days
        from payment
        where payment_date > {day} - {PAID_LOOKBACK_DAYS}
        group by customer_id
    """


def _dues(day: str) -> str:
    owed = f"due_amount > 0 and due_date <= {day}"
    columns = [f"count(*) filter ({owed}) as due_count"]
    columns += [
        f"count(*) filter ({owed} and due_date > {day} - {days}) as due_{days}d_count" for days in (90, 180, 365)
    ]
    columns += [
        f"sum(due_amount) filter ({owed} and due_date > {day} - {days}) as due_amount_{days}d"
        for days in (30, 90, 180, 365)
    ]
    columns += [
        f"count(*) filter (due_amount > 0 and due_date < {day} and due_date > {day} - {days}) as before_{days}d_count"
        for days in (90, 365)
    ]
    return ", ".join(columns)


def _uncovered(day: str) -> str:
    """Money that names a contract covers its oldest dues, what is unassigned the oldest of what is left."""
    return f"""
        create temp table uncovered as
        with behind as (
            select scheduled.customer_id, scheduled.contract_id, coalesce(money.amount, 0) as paid_amount
            from scheduled
            left join money using (customer_id, contract_id)
            where scheduled.due_amount > coalesce(money.amount, 0)
        ),
        named as (
            select
                customer_id,
                contract_id,
                installment_id,
                due_date,
                least(due_amount, greatest(sum(due_amount) over (
                    partition by customer_id, contract_id order by due_date, installment_id
                ) - paid_amount, 0)) as rest
            from known_installment
            inner join behind using (customer_id, contract_id)
            where agreed_date <= {day} and due_date <= {day}
        )
        select
            named.customer_id,
            named.contract_id,
            due_date,
            least(rest, greatest(sum(rest) over (
                partition by named.customer_id order by due_date, named.contract_id, installment_id
            ) - greatest(coalesce(money.amount, 0), 0), 0)) as amount
        from named
        left join money on named.customer_id = money.customer_id and money.contract_id is null
        where rest > 0
    """


def _lateness(day: str) -> str:
    missed = ", ".join(
        f"case when sum(before_{days}d_count) > 0 then coalesce(any_value(missed_{days}d), 0) end "
        f"as missed_amount_{days}d"
        for days in (90, 365)
    )
    counts = ", ".join(f"sum(due_{days}d_count)::bigint as installment_{days}d_count" for days in (90, 180, 365))
    return f"""
        create temp table lateness as
        select
            customer_id,
            sum(due_count)::bigint as installment_count,
            {counts},
            {", ".join(f"sum(due_amount_{days}d) as due_amount_{days}d" for days in (30, 90, 180, 365))},
            {missed}
        from scheduled
        left join (
            select
                customer_id,
                sum(amount) filter (due_date > {day} - 90) as missed_90d,
                sum(amount) filter (due_date > {day} - 365) as missed_365d
            from uncovered
            where due_date < {day}
            group by customer_id
        ) using (customer_id)
        group by customer_id
        having sum(due_count) > 0
    """


def _standing(day: str) -> str:
    """Days past due from the oldest uncovered due date on, but for paused days; the worst contract counts."""
    return f"""
        create temp table standing as
        with past_due as (
            select customer_id, contract_id, sum(amount) as amount, min(due_date) filter (amount > 0) as oldest_date
            from uncovered
            where due_date < {day}
            group by all
        ),
        paused as (
            select customer_id, contract_id, count(distinct stopped.day) as days
            from (
                select past_due.customer_id, past_due.contract_id, unnest(generate_series(
                    greatest(start_date, oldest_date + 1), least(coalesce(end_date, {day}), {day}), interval 1 day
                )) as day
                from past_due
                inner join known_pause as pause
                    on
                        past_due.customer_id = pause.customer_id
                        and (pause.contract_id is null or past_due.contract_id = pause.contract_id)
                where pause.agreed_date <= {day} and pause.kind_code <> 'technical' and oldest_date is not null
            ) as stopped
            group by all
        ),
        counted as (
            select
                contract.customer_id,
                coalesce(({day} - oldest_date) - coalesce(paused.days, 0), 0) as dpd_days,
                coalesce(past_due.amount, 0) as amount
            from contract
            semi join scheduled using (customer_id, contract_id)
            left join past_due using (customer_id, contract_id)
            left join paused using (customer_id, contract_id)
        )
        select
            customer_id,
            max(dpd_days)::integer as dpd_days,
            sum(amount) as past_due_amount,
            count_if(dpd_days > 0) as past_due_contract_count
        from counted
        group by customer_id
    """
