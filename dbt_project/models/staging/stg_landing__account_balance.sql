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
    superseded_at
from {{ versions('account_balance', ['customer_id', 'contract_id', 'balance_date']) }} as version
