"""The payments that nobody made: everything past due of a customer, paid on the date itself and known on it."""

from loudong.comparison.standing import Standing
from loudong.warehouse.connect import connect

# Beyond it a deadline tells nobody anything.
MOST_DAYS = 30

_HYPOTHESIS = """
    create table aside.hypothesis as
    select
        owed.customer_id,
        sum(owed.past_due_amount) as settle_amount,
        least(min(following.due_date), %(day)s::date + %(most_days)s::integer) as settle_by_date
    from marts.fct_contract_delinquency as owed
    inner join risk.customer_tier as tier using (run_id, as_of_date, customer_id)
    left join lateral (
        select min(newest.due_date) as due_date
        from (
            select distinct on (version.installment_id) version.due_date, version.is_deleted
            from landing.installment as version
            where
                version.customer_id = owed.customer_id and version.contract_id = owed.contract_id
                and version.observed_at < %(cutoff_at)s
            order by version.installment_id, version.observed_at desc, version.content_hash desc
        ) as newest
        where newest.due_date > %(day)s and not newest.is_deleted
    ) as following on true
    where
        owed.run_id = %(run_id)s and owed.as_of_date = %(day)s and owed.past_due_amount > 0
        and tier.tier in ('high', 'medium')
    group by owed.customer_id
"""
_PAYMENTS = """
    insert into aside.hypothetical_payment (
        payment_id, customer_id, contract_id, payment_date, paid_amount, observed_at, content_hash, file_id, file_line
    )
    select
        'settled:' || owed.contract_id, owed.customer_id, owed.contract_id, owed.as_of_date, owed.past_due_amount,
        %(cutoff_at)s::timestamptz - interval '1 microsecond', md5(owed.contract_id)::uuid, 0, 0
    from marts.fct_contract_delinquency as owed
    inner join aside.hypothesis using (customer_id)
    where owed.run_id = %(run_id)s and owed.as_of_date = %(day)s and owed.past_due_amount > 0
"""


def propose(standing: Standing) -> int:
    """Write the hypothetical payments of the date into `aside.hypothetical_payment`, which the build reads beside
    landing.payment, and who makes them, how much and until when into `aside.hypothesis`; how many customers."""
    given = {
        "run_id": standing.run_id,
        "day": standing.as_of_date,
        "cutoff_at": standing.cutoff_at,
        "most_days": MOST_DAYS,
    }
    with connect() as connection:
        count = connection.execute(_HYPOTHESIS.encode(), given).rowcount
        connection.execute("create unique index on aside.hypothesis (customer_id)")
        connection.execute(
            "create table aside.hypothetical_payment "
            "(like landing.payment including defaults, superseded_at timestamptz)"
        )
        connection.execute(_PAYMENTS.encode(), given)
        connection.execute("analyze aside.hypothesis")
        connection.execute("analyze aside.hypothetical_payment")
    return count
