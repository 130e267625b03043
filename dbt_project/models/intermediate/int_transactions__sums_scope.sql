{%- set longest = transaction_windows() | max -%}

-- Sums over windows of transactions, from the rows themselves. Grain: customer x as_of_date, customers in scope.
with moved as (
    select scope.as_of_date, scope.customer_id, {{ transaction_row('movement') }}
    from {{ ref('int_transactions__scope') }} as scope
    inner join {{ ref('stg_landing__transaction') }} as movement
        on
            scope.customer_id = movement.customer_id
            and {{ known_at('movement', 'scope') }}
            and movement.effective_date > scope.as_of_date - {{ longest }}
    where movement.transaction_at >= {{ instant_of(first_date_of_run() ~ ' - ' ~ (longest - 1)) }}
),

outflow as (
    select distinct on (as_of_date, customer_id) as_of_date, customer_id, units, day
    from moved
    where not is_in and day > as_of_date - 90
    order by as_of_date, customer_id, units desc, day desc
),

summed as (
    select
        as_of_date,
        customer_id,
        {% for name, value, windows in transaction_measures() -%}
            {% for days in windows -%}
                coalesce(
                    sum({{ value }}) filter (where day > as_of_date - {{ days }}), 0
                )::{{ sum_type(name) }}
                    as {{ name }}_{{ days }}d,
            {% endfor -%}
        {% endfor -%}
        max(day) as last_day,
        max(day) filter (where is_in) as last_inflow_day
    from moved
    group by 1, 2
)

select summed.*, outflow.units as largest_outflow_units, outflow.day as largest_outflow_day
from summed
left join outflow using (as_of_date, customer_id)
