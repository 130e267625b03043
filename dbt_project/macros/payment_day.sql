{#
  What was paid on each day by the customers of `scope` (as_of_date, cutoff_at, customer_id), net of reversals, with the
  contract it counts for: the one it names, else the customer's only one. A null contract_id is unassigned money: the
  customer has none or several, and it goes to the oldest due of all.
#}
{% macro payment_day(scope) -%}
with sole as (
    select scope.as_of_date, scope.customer_id, min(contract.contract_id) as contract_id
    from {{ scope }} as scope
    inner join {{ ref('stg_landing__contract') }} as contract
        on scope.customer_id = contract.customer_id and {{ known_at('contract', 'scope') }}
    group by 1, 2
    having count(*) = 1
)

select
    scope.as_of_date,
    payment.customer_id,
    coalesce(payment.contract_id, sole.contract_id) as contract_id,
    payment.payment_date,
    sum(payment.paid_amount) as paid_amount
from {{ scope }} as scope
inner join {{ ref('stg_landing__payment') }} as payment
    on scope.customer_id = payment.customer_id and {{ known_at('payment', 'scope') }}
left join sole on scope.as_of_date = sole.as_of_date and scope.customer_id = sole.customer_id
group by 1, 2, 3, 4
{%- endmacro %}
