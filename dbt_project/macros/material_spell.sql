{#
  Spells in which a contract's arrears exceeded the materiality bound. An amount is past due from the day after its due
  date; payments cover the oldest first, so what is past due at the end of a day is all that fell due before it less all
  that was paid by then. A spell begins on the first day above the bound and ends on the first day that is not.

  `dates` names a relation (as_of_date, cutoff_at). Rows: as_of_date x contract x spell, with start_date and end_date
  (the first day after it; null: it lasts).
#}
{% macro material_spell(dates) -%}
with movement as (
    select
        dates.as_of_date,
        installment.customer_id,
        installment.contract_id,
        installment.due_date + 1 as day,
        installment.due_amount as amount
    from {{ dates }} as dates
    inner join {{ ref('stg_landing__installment') }} as installment
        on {{ known_at('installment', 'dates') }} and installment.due_date < dates.as_of_date
    union all
    select as_of_date, customer_id, contract_id, payment_date, -paid_amount
    from ({{ payment_known(dates) }}) as payment
    where contract_id is not null
),

owed as (
    select
        as_of_date,
        customer_id,
        contract_id,
        day,
        sum(sum(amount)) over (partition by as_of_date, customer_id, contract_id order by day) as past_due_amount
    from movement
    group by 1, 2, 3, 4
),

judged as (
    select
        owed.as_of_date,
        owed.customer_id,
        owed.contract_id,
        owed.day,
        owed.past_due_amount > coalesce(bound.bound_amount, 0) as is_material,
        lag(owed.past_due_amount > coalesce(bound.bound_amount, 0), 1, false) over contract_days as was_material
    from owed
    left join {{ ref('int_delinquency__bound') }} as bound
        on owed.customer_id = bound.customer_id and owed.contract_id = bound.contract_id
    window contract_days as (partition by owed.as_of_date, owed.customer_id, owed.contract_id order by owed.day)
),

turn as (
    select
        *,
        lead(day) over (partition by as_of_date, customer_id, contract_id order by day) as end_date
    from judged
    where is_material <> was_material
)

select as_of_date, customer_id, contract_id, day as start_date, end_date
from turn
where is_material
{%- endmacro %}
