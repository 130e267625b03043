{{ state_config('int_interaction__scope', key=['customer_id']) }}

-- Contacts at the newest date rolled to. Grain: customer.
select {{ columns_but_date(ref('int_interaction__windows_scope')) }}
from {{ ref('int_interaction__windows_scope') }}
