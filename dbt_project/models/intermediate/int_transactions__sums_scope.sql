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
    select as_of_date, customer_id, units, day
    from moved
    where not is_in and day > as_of_date - 90
),

peak as (
    {{ outflow_peaks('outflow', ['as_of_date', 'customer_id']) }}
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

select summed.*, peak.outflow_peak_days, peak.outflow_peak_units
from summed
left join peak using (as_of_date, customer_id)
