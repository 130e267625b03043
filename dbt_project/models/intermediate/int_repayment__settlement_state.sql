{{ state_config(
    'int_repayment__scope',
    key=['customer_id', 'installment_id'],
    seeks=['due_date', 'settled_date', open_days()]
) }}

-- When each installment was covered, as known at the newest date rolled to. Grain: installment.
select {{ columns_but_date(ref('int_repayment__settlement_scope')) }}
from {{ ref('int_repayment__settlement_scope') }}
