{#
  Net money of customers with unassigned money on every day on which coverage may change: payment days, and the days on
  which something becomes past due. Rows: as_of_date x customer x day x contract (null: unassigned), those with money.

  `payment` and `schedule` are relations as the macros payment_day and schedule make them.
#}
{% macro pooled_money(payment, schedule) -%}
with pooled as (
    select distinct as_of_date, customer_id
    from {{ payment }}
    where contract_id is null
),

day as (
    select as_of_date, customer_id, payment_date as day
    from {{ payment }}
    inner join pooled using (as_of_date, customer_id)
    union
    select as_of_date, customer_id, due_date + 1
    from {{ schedule }}
    inner join pooled using (as_of_date, customer_id)
    where due_date < as_of_date
)

select
    as_of_date,
    customer_id,
    day.day,
    payment.contract_id,
    coalesce(sum(payment.paid_amount) filter (where payment.payment_date <= day.day), 0) as net_amount
from day
inner join {{ payment }} as payment using (as_of_date, customer_id)
group by 1, 2, 3, 4
{%- endmacro %}

{#
  Coverage of customers with unassigned money, on every day on which it may change: money that names a contract covers
  that contract's oldest dues, and what is unassigned the oldest of what is left over all contracts. Both are seen
  afresh each day, so money for one contract frees unassigned money for another.

  `money` is a relation as pooled_money makes it, `schedule` one of the macro schedule. Rows: as_of_date x day x
  installment, with uncovered_amount at the end of that day.
#}
{% macro pooled_coverage(money, schedule) -%}
with rest as (
    select
        day.as_of_date,
        day.customer_id,
        day.day,
        due.contract_id,
        due.installment_id,
        due.due_date,
        due.due_amount,
        least(
            due.due_amount, greatest(due.cumulative_due_amount - coalesce(named.net_amount, 0), 0)
        ) as rest_amount,
        greatest(coalesce(unassigned.net_amount, 0), 0) as unassigned_amount
    from (select distinct as_of_date, customer_id, day from {{ money }}) as day
    inner join {{ schedule }} as due on day.as_of_date = due.as_of_date and day.customer_id = due.customer_id
    left join {{ money }} as named
        on
            day.as_of_date = named.as_of_date
            and day.customer_id = named.customer_id
            and day.day = named.day
            and due.contract_id = named.contract_id
    left join {{ money }} as unassigned
        on
            day.as_of_date = unassigned.as_of_date
            and day.customer_id = unassigned.customer_id
            and day.day = unassigned.day
            and unassigned.contract_id is null
)

select
    as_of_date,
    customer_id,
    day,
    contract_id,
    installment_id,
    due_date,
    due_amount,
    least(
        rest_amount,
        greatest(
            sum(rest_amount) over (
                partition by as_of_date, customer_id, day order by due_date, contract_id, installment_id
            ) - unassigned_amount,
            0
        )
    ) as uncovered_amount
from rest
{%- endmacro %}
