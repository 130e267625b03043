{{ config(materialized='table', tags=['state'], post_hook="analyze {{ this }} (customer_id)") }}
{%- set start = state_start() -%}
{%- set change, scope = ref('int_transactions__change'), ref('int_transactions__scope') -%}
{%- set largest = ref('int_transactions__largest') -%}
{%- set longest, sums = transaction_windows() | max, transaction_sums() -%}

-- Sums over windows of transactions at the newest date rolled to. Grain: customer. Made from what it was, so `table`.
{% if start -%}
    with rolled as (
        select
            customer_id,
            {% for sum in sums -%}
                coalesce(standing.{{ sum }}, 0) + coalesce(change.{{ sum }}, 0) as {{ sum }},
            {% endfor -%}
            greatest(standing.last_day, change.last_day) as last_day,
            greatest(standing.last_inflow_day, change.last_inflow_day) as last_inflow_day,
            greatest(
                case
                    when standing.largest_outflow_day > {{ date_of_run() }} - 90
                        then array[standing.largest_outflow_units, standing.largest_outflow_day - '2000-01-01'::date]
                    when largest.customer_id is not null
                        then array[largest.units, largest.day - '2000-01-01'::date]
                end,
                change.largest_outflow
            ) as largest_outflow
        from {{ this }} as standing
        full join {{ change }} as change using (customer_id)
        left join {{ largest }} as largest using (customer_id)
    )

    select
        customer_id,
        {% for sum in sums -%}
            {{ sum }},
        {% endfor -%}
        last_day,
        case when last_inflow_day > {{ date_of_run() }} - {{ longest }} then last_inflow_day end as last_inflow_day,
        largest_outflow[1] as largest_outflow_units,
        '2000-01-01'::date + largest_outflow[2]::integer as largest_outflow_day
    from rolled
    where
        last_day > {{ date_of_run() }} - {{ longest }}
        and not exists (
            select 1 from {{ scope }} as scope
            where scope.customer_id = rolled.customer_id
        )
    union all
{% endif -%}
select
    customer_id,
    {% for sum in sums -%}
        {{ sum }},
    {% endfor -%}
    last_day,
    last_inflow_day,
    largest_outflow_units,
    largest_outflow_day
from {{ ref('int_transactions__sums_scope') }}
