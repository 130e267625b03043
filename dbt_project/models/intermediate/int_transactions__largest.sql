{{ config(tags=['state']) }}
{%- set start = state_start() -%}
{%- set transaction, standing = ref('stg_landing__transaction'), this.schema ~ '.int_transactions__sums_state' -%}

-- The largest outflow of those whose largest has left its window. Grain: customer.
{% if not start -%}
    select null::text as customer_id, null::bigint as units, null::date as day
    where false
{%- else -%}
    select standing.customer_id, outflow.units, outflow.day
    from {{ standing }} as standing
    cross join
        lateral (
            select {{ transaction_row('movement') }}
            from {{ transaction }} as movement
            where
                movement.customer_id = standing.customer_id
                and movement.direction_code = 'out'
                and movement.known_from < {{ cutoff_of_run() }}
                and not movement.is_deleted
                and (movement.superseded_at is null or movement.superseded_at >= {{ cutoff_of_run() }})
                and movement.transaction_at >= {{ instant_of(date_of_run() ~ ' - 89') }}
                and movement.transaction_at < {{ cutoff_of_run() }}
            order by units desc, day desc
            limit 1
        ) as outflow
    where standing.largest_outflow_day <= {{ date_of_run() }} - 90
{%- endif %}
