{#
  Installments of the customers of `scope` (as_of_date, cutoff_at, customer_id), the whole known schedule, with
  cumulative_due_amount: all dues of the contract up to and including this one.
#}
{% macro schedule(scope) -%}
select
    scope.as_of_date,
    installment.customer_id,
    installment.contract_id,
    installment.installment_id,
    installment.due_date,
    installment.due_amount,
    sum(installment.due_amount) over (
        partition by scope.as_of_date, installment.customer_id, installment.contract_id
        order by installment.due_date, installment.installment_id
    ) as cumulative_due_amount
from {{ scope }} as scope
inner join {{ ref('stg_landing__installment') }} as installment
    on scope.customer_id = installment.customer_id and {{ known_at('installment', 'scope') }}
{%- endmacro %}
