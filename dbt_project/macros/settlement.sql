{#
  When was each installment covered, and what of it is not? Payments cover the oldest installment of their contract
  first, so installment i is covered once the net amount paid has reached the sum of all dues up to i, and for good: a
  reversal that takes the sum back below uncovers it again. `lasting_amount` is therefore the least net amount paid from
  a payment day on; it never falls, so the first day on which it reaches the dues up to i is the day from which i stays
  covered. Customers with unassigned money are looked up in `pool` (macro pooled_coverage).

  Rows: as_of_date x installment, whole schedule, with due_amount, uncovered_amount, settled_date (null: not covered by
  as_of_date; the due date where nothing had to be paid) and of the contract paid_amount (net) and first_payment_date
  (the first day on which more was paid than taken back).
#}
{% macro settlement(payment, schedule, pool) -%}
with paid as (
    select
        *,
        sum(paid_amount) over (
            partition by as_of_date, customer_id, contract_id order by payment_date
        ) as net_amount
    from {{ payment }}
    where contract_id is not null
),

lasting as (
    select
        *,
        min(net_amount) over (
            partition by as_of_date, customer_id, contract_id order by payment_date desc
        ) as lasting_amount
    from paid
),

-- Payment days and dues on one scale of amounts; going down it, the earliest payment day seen so far settles a due.
merged as (
    select as_of_date, customer_id, contract_id, lasting_amount as amount, 0 as is_due, payment_date,
        null::text as installment_id, null::date as due_date, null::numeric as due_amount
    from lasting
    union all
    select as_of_date, customer_id, contract_id, cumulative_due_amount, 1, null, installment_id, due_date, due_amount
    from {{ schedule }}
),

named as (
    select
        *,
        min(payment_date) over (
            partition by as_of_date, customer_id, contract_id
            order by amount desc, is_due
            rows between unbounded preceding and current row
        ) as settled_date
    from merged
),

total as (
    select
        as_of_date, customer_id, contract_id,
        sum(paid_amount) as paid_amount,
        min(payment_date) filter (where paid_amount > 0) as first_payment_date
    from paid
    group by 1, 2, 3
),

pooled_day as (
    select
        *,
        max(day) filter (where uncovered_amount > 0) over installment_days as last_uncovered_day,
        first_value(uncovered_amount) over (installment_days order by day desc) as last_uncovered_amount
    from {{ pool }}
    window installment_days as (partition by as_of_date, customer_id, contract_id, installment_id)
),

pooled as (
    select
        as_of_date, customer_id, contract_id, installment_id,
        max(last_uncovered_amount) as uncovered_amount,
        min(day) filter (where day > coalesce(last_uncovered_day, '-infinity')) as settled_date
    from pooled_day
    group by 1, 2, 3, 4
)

select
    due.as_of_date,
    due.customer_id,
    due.contract_id,
    due.installment_id,
    due.due_date,
    due.due_amount,
    coalesce(
        pooled.uncovered_amount, least(due.due_amount, greatest(due.amount - coalesce(total.paid_amount, 0), 0))
    )::numeric(18, 4) as uncovered_amount,
    case
        when due.due_amount = 0 then due.due_date
        when pooled.installment_id is not null then pooled.settled_date
        else due.settled_date
    end as settled_date,
    coalesce(total.paid_amount, 0) as paid_amount,
    total.first_payment_date
from named as due
left join total using (as_of_date, customer_id, contract_id)
left join pooled using (as_of_date, customer_id, contract_id, installment_id)
where due.is_due = 1
{%- endmacro %}

{# For how many days an installment stood open after its due date; more than any bound while it still does. #}
{% macro open_days(installment=none) -%}
    {% set prefix = installment ~ '.' if installment else '' -%}
    (coalesce({{ prefix }}settled_date, '9999-12-31'::date) - {{ prefix }}due_date)
{%- endmacro %}

{# Is it uncovered, and was due by `day`? Said so that an index on open_days() finds it. #}
{% macro stands_open(day) -%}
    {{ open_days() }} >= '9999-12-31'::date - {{ day }}
{%- endmacro %}
