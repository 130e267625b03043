{{ config(post_hook="analyze {{ this }} (as_of_date, customer_id, contract_id, is_open)") }}

-- Contracts as known. Grain: contract x as_of_date.
select
    dates.as_of_date,
    contract.customer_id,
    contract.contract_id,
    contract.contract_type_code,
    contract.building_id,
    contract.signed_date,
    contract.start_date,
    contract.end_date,
    contract.limit_amount,
    contract.deposit_amount,
    contract.interest_rate_pct,
    contract.closed_date,
    contract.close_reason_code,
    coalesce(contract.grace_days, 0) as grace_days,
    coalesce(contract.is_restructured, false) as is_restructured,
    (contract.closed_date is null or contract.closed_date > dates.as_of_date) as is_open
from {{ ref('int_spine__date') }} as dates
inner join {{ ref('stg_landing__contract') }} as contract on {{ known_at('contract', 'dates') }}
