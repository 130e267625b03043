-- One row per version of what stands on a contract on a date.
select
    customer_id,
    contract_id,
    balance_date,
    balance_amount,
    limit_amount,
    is_deleted,
    balance_date as effective_date,
    observed_at as known_from,
    lead(observed_at) over (
        partition by customer_id, contract_id, balance_date
        order by observed_at, content_hash
    ) as superseded_at
from {{ source('landing', 'account_balance') }}
