-- Contracts in sequence: the newest against those before. Grain: customer x as_of_date, customers with a contract.
with sequenced as (
    select
        contract.as_of_date,
        contract.customer_id,
        contract.signed_date,
        contract.limit_amount,
        contract.closed_date,
        contract.interest_rate_pct,
        coalesce(contract.end_date, contract.last_due_date) - contract.start_date as term_days,
        contract.closed_date - contract.last_due_date as closed_late_days,
        contract.first_payment_date - contract.first_due_date as first_payment_late_days,
        row_number() over newest_first as recency
    from {{ ref('int_repayment__contract') }} as contract
    window newest_first as (
        partition by contract.as_of_date, contract.customer_id
        order by contract.signed_date desc, contract.contract_id desc
    )
)

select
    as_of_date,
    customer_id,
    max(limit_amount) filter (where recency = 1) as newest_limit_amount,
    max(interest_rate_pct) filter (where recency = 1) as newest_interest_rate_pct,
    max(term_days) filter (where recency = 1) as newest_term_days,
    (max(interest_rate_pct * term_days) filter (where recency = 1) / 36500)::double precision as newest_charge_ratio,
    {{ ratio('max(limit_amount) filter (where recency = 1)', 'max(limit_amount) filter (where recency = 2)') }}
        as limit_growth_ratio,
    {{ ratio('max(limit_amount) filter (where recency = 1)', 'max(limit_amount) filter (where recency > 1)') }}
        as limit_to_largest_ratio,
    max(as_of_date - signed_date) filter (where recency = 2) as days_since_previous_contract_days,
    max(as_of_date - closed_date) filter (where recency = 2) as days_since_previous_close_days,
    max(closed_late_days) filter (where recency = 2) as previous_closed_late_days,
    max(first_payment_late_days) filter (where recency = 2) as previous_first_payment_late_days,
    (avg(closed_late_days) filter (where recency between 2 and 4))::double precision as mean_closed_late_last3_days,
    (avg(closed_late_days))::double precision as mean_closed_late_days,
    max(closed_late_days) as worst_closed_late_days,
    (avg(first_payment_late_days))::double precision as mean_first_payment_late_days,
    max(first_payment_late_days) as worst_first_payment_late_days,
    (avg((closed_late_days > 0)::integer))::double precision as closed_late_ratio,
    (avg((first_payment_late_days > 0)::integer))::double precision as first_payment_late_ratio,
    (avg(closed_date - signed_date))::double precision as mean_contract_life_days,
    (avg(limit_amount))::double precision as mean_limit_amount
from sequenced
group by 1, 2
