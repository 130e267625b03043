{{ config(materialized='view', tags=['state']) }}
{%- set start = state_start() -%}
{%- set transaction, scope = ref('stg_landing__transaction'), ref('int_transactions__scope') -%}
{%- set longest = transaction_windows() | max -%}

-- What the sums gain and lose since the date they stand at. Grain: customer.
-- Gained are rows that became known since, lost those whose day leaves a window. Customers in scope are summed anew.
{% if not start -%}
    select null::text as customer_id
    where false
{%- else -%}
    {%- set here = date_of_run() -%}
    {%- set there = "'" ~ start.as_of_date ~ "'::date" -%}
    with moved as (
        select
            movement.customer_id,
            1 as sign,
            {% for days in transaction_windows() -%}
                movement.transaction_at >= {{ instant_of(here ~ ' - ' ~ (days - 1)) }} as moves_{{ days }}d,
            {% endfor -%}
            {{ transaction_row('movement') }}
        from {{ transaction }} as movement
        where
            movement.known_from >= '{{ start.cutoff_at }}'
            and movement.known_from < {{ cutoff_of_run() }}
            and not movement.is_deleted
            and movement.transaction_at >= {{ instant_of(here ~ ' - ' ~ (longest - 1)) }}
        union all
        select
            movement.customer_id,
            -1 as sign,
            {% for days in transaction_windows() -%}
                {{ left_window('movement', days, there, here) }} as moves_{{ days }}d,
            {% endfor -%}
            {{ transaction_row('movement') }}
        from {{ transaction }} as movement
        where
            movement.known_from < '{{ start.cutoff_at }}'
            and not movement.is_deleted
            and (movement.superseded_at is null or movement.superseded_at >= {{ cutoff_of_run() }})
            and (
                {% for days in transaction_windows() -%}
                    {{ 'or ' if not loop.first }}({{ left_window('movement', days, there, here) }})
                {% endfor %}
            )
    )

    select
        customer_id,
        {% for name, value, windows in transaction_measures() -%}
            {% for days in windows -%}
                coalesce(sum(sign * {{ value }}) filter (where moves_{{ days }}d), 0)::{{ sum_type(name) }}
                    as {{ name }}_{{ days }}d,
            {% endfor -%}
        {% endfor -%}
        max(day) filter (where sign = 1) as last_day,
        max(day) filter (where sign = 1 and is_in) as last_inflow_day,
        array_agg(day) filter (where sign = 1 and not is_in and moves_90d) as outflow_days,
        array_agg(units) filter (where sign = 1 and not is_in and moves_90d) as outflow_units
    from moved
    where
        not exists (
            select 1 from {{ scope }} as scope
            where scope.customer_id = moved.customer_id
        )
    group by 1
{%- endif %}
