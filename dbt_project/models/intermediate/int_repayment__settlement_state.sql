{%- set key = ['customer_id', 'installment_id'] -%}
{{ state_config(
    'int_repayment__scope',
    key=key,
    seeks=['due_date', 'settled_date', open_days()],
    made='int_repayment__settlement_scope'
) }}

-- When each installment was covered, as known at the newest date rolled to. Grain: installment.
select
    fresh.customer_id,
    fresh.contract_id,
    fresh.installment_id,
    fresh.due_date,
    fresh.due_amount,
    fresh.uncovered_amount,
    fresh.settled_date,
    fresh.place,
    fresh.is_first_of_day
from {{ ref('int_repayment__settlement_scope') }} as fresh
{% if state_start() -%}
    where
        not exists (
            select 1 from {{ this }} as standing
            where {{ same(key) | indent(12) }}
        )
{%- endif %}
