{{ config(tags=['state'], post_hook="analyze {{ this }}") }}
{%- set start = state_start() -%}
{%- set transaction, scope = ref('stg_landing__transaction'), ref('int_transactions__scope') -%}
{%- set standing = this.schema ~ '.int_transactions__counterparty_state' -%}

-- With whom customers dealt anew since the date the pairs stand at, and what stood of the pair until then (null: it is
-- new). Grain: customer x counterparty, customers not in scope.
{% if not start -%}
    select
        null::text as customer_id, null::text as counterparty_id, null::date as first_day, null::date as last_day,
        null::date as standing_first_day, null::date as standing_last_day
    where false
{%- else -%}
    with fresh as (
        select
            movement.customer_id,
            movement.counterparty_id,
            min(movement.effective_date) as first_day,
            max(movement.effective_date) as last_day
        from {{ transaction }} as movement
        where
            movement.known_from >= '{{ start.cutoff_at }}'
            and movement.known_from < {{ cutoff_of_run() }}
            and not movement.is_deleted
            and movement.counterparty_id is not null
            and not exists (
                select 1 from {{ scope }} as scope
                where scope.customer_id = movement.customer_id
            )
        group by 1, 2
    )

    select
        customer_id,
        counterparty_id,
        least(standing.first_day, fresh.first_day) as first_day,
        greatest(standing.last_day, fresh.last_day) as last_day,
        standing.first_day as standing_first_day,
        standing.last_day as standing_last_day
    from fresh
    left join {{ standing }} as standing using (customer_id, counterparty_id)
{%- endif %}
