{{ state_config('int_repayment__payment_scope', key=['customer_id']) }}

-- What was paid at the newest date rolled to. Grain: customer.
select {{ columns_but_date(ref('int_repayment__paid_scope')) }}
from {{ ref('int_repayment__paid_scope') }}
