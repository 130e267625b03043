-- Most days past due of a contract, looking back. Grain: contract x as_of_date, contracts with an installment due.
with late as (
    select
        as_of_date,
        customer_id,
        contract_id,
        max(worst_dpd_days) filter (where last_open_date > as_of_date - 90) as worst_dpd_90d_days,
        max(worst_dpd_days) filter (where last_open_date > as_of_date - 180) as worst_dpd_180d_days,
        max(worst_dpd_days) as worst_dpd_365d_days
    from {{ ref('int_repayment__installment') }}
    where {{ open_days() }} > 1 and last_open_date > as_of_date - 365
    group by 1, 2, 3
)

select
    contract.as_of_date,
    contract.customer_id,
    contract.contract_id,
    coalesce(late.worst_dpd_90d_days, 0) as worst_dpd_90d_days,
    coalesce(late.worst_dpd_180d_days, 0) as worst_dpd_180d_days,
    coalesce(late.worst_dpd_365d_days, 0) as worst_dpd_365d_days
from {{ ref('int_repayment__contract') }} as contract
left join late using (as_of_date, customer_id, contract_id)
where contract.has_schedule and contract.first_owed_date <= contract.as_of_date
