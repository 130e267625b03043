-- Exposure and utilisation. Grain: customer x as_of_date.
-- Exposure is what is owed: balance, else unpaid schedule, else the limit, of open contracts; closed ones count what is
-- past due.
with contract as (
    select
        *,
        greatest(
            case when is_open then coalesce(balance_amount, unpaid_amount, limit_amount) else past_due_amount end, 0
        ) as exposure_amount
    from {{ ref('int_repayment__contract') }}
)

select
    as_of_date,
    customer_id,
    coalesce(sum(exposure_amount), 0) as exposure_amount,
    sum(current_limit_amount) filter (where is_open) as limit_amount,
    sum(deposit_amount) filter (where is_open) as deposit_amount,
    count(*) filter (where is_open) as open_contract_count,
    count(*) as contract_count,
    bool_or(is_restructured) as is_restructured,
    max(interest_rate_pct) filter (where is_open) as interest_rate_pct,
    max(as_of_date - start_date) as oldest_contract_age_days,
    min(end_date - as_of_date) filter (where is_open) as remaining_term_days,
    {{ ratio(
        "sum(balance_amount) filter (where is_open)",
        "sum(current_limit_amount) filter (where is_open and balance_amount is not null)"
    ) }} as utilisation_ratio,
    {{ ratio("sum(deposit_amount) filter (where is_open)", "sum(exposure_amount)") }} as deposit_ratio
from contract
group by 1, 2
