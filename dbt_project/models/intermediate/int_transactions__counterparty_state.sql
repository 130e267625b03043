{%- set change = 'int_transactions__counterparty_change' -%}
{{ state_config(
    'int_transactions__scope', key=['customer_id', 'counterparty_id'], seeks=['first_day', 'last_day'], change=change
) }}

-- First and last transaction with each counterparty at the newest date rolled to. Grain: customer x counterparty.
select customer_id, counterparty_id, first_day, last_day
from {{ ref('int_transactions__counterparty_scope') }}
union all
select customer_id, counterparty_id, first_day, last_day
from {{ ref(change) }}
