{{ state_config('int_repayment__scope', key=['customer_id', 'contract_id']) }}

-- What is owed on each contract at the newest date rolled to. Grain: contract.
select {{ columns_but_date(ref('int_repayment__standing_scope')) }}
from {{ ref('int_repayment__standing_scope') }}
