{#
  When was each installment covered? Payments cover the oldest installment of their contract first, so installment i is
  covered once the net amount paid has reached the sum of all dues up to i, and for good: a reversal that takes the sum
  back below uncovers it again. `lasting_amount` is therefore the least net amount paid from a payment day on; it never
  falls, so the first day on which it reaches the dues up to i is the day from which i stays covered.

  `dates` names a relation (as_of_date, cutoff_at). Rows: as_of_date x installment, whole schedule, with due_amount,
  cumulative_due_amount, paid_amount (net, of the contract), settled_date (null: not covered by as_of_date).
#}
{% macro settlement(dates) -%}
with paid_per_day as (
    select as_of_date, customer_id, contract_id, payment_date, sum(paid_amount) as day_amount
    from ({{ payment_known(dates) }}) as payment
    where contract_id is not null
    group by 1, 2, 3, 4
),

paid as (
    select
        *,
        sum(day_amount) over contract_days as net_amount
    from paid_per_day
    window contract_days as (partition by as_of_date, customer_id, contract_id order by payment_date)
),

lasting as (
    select
        as_of_date,
        customer_id,
        contract_id,
        payment_date,
        min(net_amount) over (
            partition by as_of_date, customer_id, contract_id order by payment_date desc
        ) as lasting_amount
    from paid
),

due as (
    select
        dates.as_of_date,
        installment.customer_id,
        installment.contract_id,
        installment.installment_id,
        installment.due_date,
        installment.due_amount,
        sum(installment.due_amount) over (
            partition by dates.as_of_date, installment.customer_id, installment.contract_id
            order by installment.due_date, installment.installment_id
        ) as cumulative_due_amount
    from {{ dates }} as dates
    inner join {{ ref('stg_landing__installment') }} as installment on {{ known_at('installment', 'dates') }}
),

-- Payment days and dues on one scale of amounts; going down it, the earliest payment day seen so far settles a due.
merged as (
    select as_of_date, customer_id, contract_id, lasting_amount as amount, 0 as is_due, payment_date,
        null::text as installment_id, null::date as due_date, null::numeric as due_amount
    from lasting
    union all
    select as_of_date, customer_id, contract_id, cumulative_due_amount, 1, null, installment_id, due_date, due_amount
    from due
),

settled as (
    select
        *,
        min(payment_date) over (
            partition by as_of_date, customer_id, contract_id
            order by amount desc, is_due
            rows between unbounded preceding and current row
        ) as settled_date
    from merged
)

select
    settled.as_of_date,
    settled.customer_id,
    settled.contract_id,
    settled.installment_id,
    settled.due_date,
    settled.due_amount,
    settled.amount as cumulative_due_amount,
    coalesce(total.net_amount, 0) as paid_amount,
    settled.settled_date
from settled
left join (
    select distinct on (as_of_date, customer_id, contract_id) as_of_date, customer_id, contract_id, net_amount
    from paid
    order by as_of_date, customer_id, contract_id, payment_date desc
) as total using (as_of_date, customer_id, contract_id)
where settled.is_due = 1
{%- endmacro %}
