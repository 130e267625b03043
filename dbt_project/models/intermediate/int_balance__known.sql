{{ config(post_hook="analyze {{ this }} (as_of_date, customer_id, contract_id, balance_date)") }}

-- Balances of the last half year and the newest one before, as known. Grain: contract x balance_date x as_of_date.
select
    dates.as_of_date,
    balance.customer_id,
    balance.contract_id,
    balance.balance_date,
    balance.balance_amount,
    balance.limit_amount,
    {{ months_back('balance.balance_date', 'dates.as_of_date') }} as months_back
from {{ ref('int_spine__date') }} as dates
inner join {{ ref('stg_landing__account_balance') }} as balance
    on {{ known_at('balance', 'dates') }} and balance.balance_date > dates.as_of_date - 366
where balance.balance_date > {{ first_date_of_run() }} - 366
