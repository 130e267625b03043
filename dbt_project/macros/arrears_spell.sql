{#
  Spells of arrears of a contract: of any (is_material false), and above the materiality bound. An amount is past due
  from the day after its due date; payments cover the oldest first, so what is past due at the end of a day is all that
  fell due before it less all that was paid by then. A spell begins on the first day above the bound and ends on the
  first day that is not. Without a bound known by then, any arrears are material.

  Rows: as_of_date x contract x is_material x spell, with start_date and end_date (the first day after it; null: it
  lasts).
#}
{% macro arrears_spell(payment, schedule, pool, dates) -%}
with movement as (
    select as_of_date, customer_id, contract_id, due_date + 1 as day, due_amount, 0 as paid_amount
    from {{ schedule }}
    where due_date < as_of_date
    union all
    select as_of_date, customer_id, contract_id, payment_date, 0, paid_amount
    from {{ payment }}
    where contract_id is not null
),

owed as (
    select
        as_of_date,
        customer_id,
        contract_id,
        day,
        -- Money taken back that never came makes no arrears of its own.
        sum(sum(due_amount)) over contract_days
        - greatest(sum(sum(paid_amount)) over contract_days, 0) as past_due_amount
    from movement
    where
        not exists (
            select 1 from {{ pool }} as pool
            where pool.as_of_date = movement.as_of_date and pool.customer_id = movement.customer_id
        )
    group by 1, 2, 3, 4
    window contract_days as (partition by as_of_date, customer_id, contract_id order by day)
    union all
    select
        as_of_date, customer_id, contract_id, day,
        coalesce(sum(uncovered_amount) filter (where due_date < day), 0)
    from {{ pool }}
    group by 1, 2, 3, 4
),

judged as (
    select
        owed.as_of_date,
        owed.customer_id,
        owed.contract_id,
        owed.day,
        kind.is_material,
        owed.past_due_amount > case when kind.is_material then coalesce(bound.bound_amount, 0) else 0 end as is_above
    from owed
    inner join {{ dates }} as dates on owed.as_of_date = dates.as_of_date
    cross join (values (false), (true)) as kind (is_material)
    left join {{ ref('int_delinquency__bound') }} as bound
        on
            owed.customer_id = bound.customer_id
            and owed.contract_id = bound.contract_id
            and bound.known_from < dates.cutoff_at
),

turn as (
    select *
    from (
        select
            *,
            lag(is_above, 1, false) over (
                partition by as_of_date, customer_id, contract_id, is_material order by day
            ) as was_above
        from judged
    ) as followed
    where is_above <> was_above
),

spell as (
    select
        *,
        lead(day) over (
            partition by as_of_date, customer_id, contract_id, is_material order by day
        ) as end_date
    from turn
)

select as_of_date, customer_id, contract_id, is_material, day as start_date, end_date
from spell
where is_above
{%- endmacro %}
