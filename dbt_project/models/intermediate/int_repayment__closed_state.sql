{{ state_config('int_repayment__window_scope', key=['customer_id']) }}

-- How late the installments were that are covered, as sums, at the newest date rolled to. Grain: customer.
select {{ columns_but_date(ref('int_repayment__closed_scope')) }}
from {{ ref('int_repayment__closed_scope') }}
