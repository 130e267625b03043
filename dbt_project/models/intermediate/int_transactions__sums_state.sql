{{ config(materialized='table', tags=['state'], post_hook="analyze {{ this }} (customer_id)") }}
{%- set start = state_start() -%}
{%- set change, scope = ref('int_transactions__change'), ref('int_transactions__scope') -%}
{%- set left_by = date_of_run() ~ ' - 90' -%}
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
            standing.outflow_peak_days,
            standing.outflow_peak_units,
            standing.outflow_peak_days || change.outflow_days as outflow_days,
            standing.outflow_peak_units || change.outflow_units as outflow_units,
            change.outflow_days is not null
            or standing.outflow_peak_days[cardinality(standing.outflow_peak_days)] <= {{ left_by }} as is_peak_moved
        from {{ this }} as standing
        full join {{ change }} as change using (customer_id)
    )

    select
        rolled.customer_id,
        {% for sum in sums -%}
            rolled.{{ sum }},
        {% endfor -%}
        rolled.last_day,
        case when rolled.last_inflow_day > {{ date_of_run() }} - {{ longest }} then rolled.last_inflow_day end
            as last_inflow_day,
        case when rolled.is_peak_moved then peak.outflow_peak_days else rolled.outflow_peak_days end
            as outflow_peak_days,
        case when rolled.is_peak_moved then peak.outflow_peak_units else rolled.outflow_peak_units end
            as outflow_peak_units
    from rolled
    cross join
        lateral (
            {{ outflow_peaks(
                'unnest(rolled.outflow_days, rolled.outflow_units) as outflow (day, units) '
                ~ 'where rolled.is_peak_moved and day > ' ~ left_by
            ) | indent(12) }}
        ) as peak
    where
        rolled.last_day > {{ date_of_run() }} - {{ longest }}
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
    outflow_peak_days,
    outflow_peak_units
from {{ ref('int_transactions__sums_scope') }}
