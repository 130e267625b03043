{{ config(tags=['state']) }}
{%- set start = state_start() -%}
{%- set transaction, standing = ref('stg_landing__transaction'), this.schema ~ '.int_transactions__sums_state' -%}

-- The largest outflow of those whose largest has left its window. Grain: customer.
{% if not start -%}
    select null::text as customer_id, null::bigint as units, null::date as day
    where false
{%- else -%}
    with moved as (
        select movement.customer_id, {{ transaction_row('movement') }}
        from {{ transaction }} as movement
        where
            movement.known_from < {{ cutoff_of_run() }}
            and not movement.is_deleted
            and (movement.superseded_at is null or movement.superseded_at >= {{ cutoff_of_run() }})
            and movement.transaction_at >= {{ instant_of(date_of_run() ~ ' - 89') }}
            and movement.transaction_at < {{ cutoff_of_run() }}
    )

    select distinct on (moved.customer_id) moved.customer_id, moved.units, moved.day
    from moved
    inner join {{ standing }} as standing using (customer_id)
    where not moved.is_in and standing.largest_outflow_day <= {{ date_of_run() }} - 90
    order by moved.customer_id, moved.units desc, moved.day desc
{%- endif %}
