{{ config(tags=['state']) }}
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
        select movement.customer_id, true as is_new, {{ transaction_row('movement') }}
        from {{ transaction }} as movement
        where
            movement.known_from >= '{{ start.cutoff_at }}'
            and movement.known_from < {{ cutoff_of_run() }}
            and not movement.is_deleted
            and movement.transaction_at >= {{ instant_of(here ~ ' - ' ~ (longest - 1)) }}
        union all
        select movement.customer_id, false as is_new, {{ transaction_row('movement') }}
        from {{ transaction }} as movement
        where
            movement.known_from < '{{ start.cutoff_at }}'
            and not movement.is_deleted
            and (movement.superseded_at is null or movement.superseded_at >= {{ cutoff_of_run() }})
            and (
                {% for days in transaction_windows() -%}
                    {{ 'or ' if not loop.first }}(
                        movement.transaction_at >= {{ instant_of(there ~ ' - ' ~ (days - 1)) }}
                        and movement.transaction_at < {{ instant_of(here ~ ' - ' ~ (days - 1)) }}
                    )
                {% endfor %}
            )
    )

    select
        customer_id,
        {% for name, value, windows in transaction_measures() -%}
            {% for days in windows -%}
                coalesce(sum({{ value }}) filter (where is_new and day > {{ here }} - {{ days }}), 0)
                - coalesce(sum({{ value }}) filter (
                    where not is_new and day <= {{ here }} - {{ days }} and day > {{ there }} - {{ days }}
                ), 0) as {{ name }}_{{ days }}d,
            {% endfor -%}
        {% endfor -%}
        max(day) filter (where is_new) as last_day,
        max(day) filter (where is_new and is_in) as last_inflow_day,
        max(array[units, day - '2000-01-01'::date]) filter (where is_new and not is_in and day > {{ here }} - 90)
            as largest_outflow
    from moved
    where
        not exists (
            select 1 from {{ scope }} as scope
            where scope.customer_id = moved.customer_id
        )
    group by 1
{%- endif %}
