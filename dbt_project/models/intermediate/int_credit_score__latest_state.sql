{{ state_config('int_credit_score__scope', key=['customer_id']) }}

-- Outside credit score and how it moved at the newest date rolled to. Grain: customer.
select {{ columns_but_date(ref('int_credit_score__latest_scope')) }}
from {{ ref('int_credit_score__latest_scope') }}
