{{ state_config('int_transactions__scope', key=['customer_id', 'counterparty_id'], merges=true) }}
{%- set start = state_start() -%}
{%- set transaction, scope = ref('stg_landing__transaction'), ref('int_transactions__scope') -%}

-- First and last transaction with each counterparty at the newest date rolled to. Grain: customer x counterparty.
select customer_id, counterparty_id, first_day, last_day
from {{ ref('int_transactions__counterparty_scope') }}
{% if start -%}
    union all
    select
        fresh.customer_id,
        fresh.counterparty_id,
        least(standing.first_day, fresh.first_day) as first_day,
        greatest(standing.last_day, fresh.last_day) as last_day
    from (
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
    ) as fresh
    left join {{ this }} as standing using (customer_id, counterparty_id)
{%- endif %}
