{{ config(materialized='table', tags=['state'], post_hook="analyze {{ this }} (customer_id)") }}
{%- set start = state_start() -%}
{%- set pair, change = ref('int_transactions__counterparty_state'), ref('int_transactions__counterparty_change') -%}
{%- set scope = ref('int_transactions__scope') -%}

-- With how many others a customer deals at the newest date rolled to. Grain: customer.
-- Made from what it was, so `table`: of pairs with a new transaction, or of which a day leaves a window, what they
-- count for now is added, and what they counted for then is taken away.
{% if start -%}
    {%- set here = date_of_run() -%}
    {%- set there = "'" ~ start.as_of_date ~ "'::date" -%}
    with moved as (
        select customer_id, first_day, last_day, standing_first_day, standing_last_day
        from {{ change }}
        union all
        select customer_id, first_day, last_day, first_day as standing_first_day, last_day as standing_last_day
        from {{ pair }} as pair
        where
            ({{ crossed('first_day', [90], start) }} or {{ crossed('last_day', [90, 365], start) }})
            and not exists (
                select 1 from {{ change }} as fresh
                where fresh.customer_id = pair.customer_id and fresh.counterparty_id = pair.counterparty_id
            )
    ),

    gained as (
        select
            customer_id,
            count(*) filter (where last_day > {{ here }} - 90)
            - count(*) filter (where standing_last_day > {{ there }} - 90) as gained_90d_count,
            count(*) filter (where last_day > {{ here }} - 365)
            - count(*) filter (where standing_last_day > {{ there }} - 365) as gained_365d_count,
            count(*) filter (where first_day > {{ here }} - 90)
            - count(*) filter (where standing_first_day > {{ there }} - 90) as gained_new_90d_count
        from moved
        group by 1
    ),

    rolled as (
        select
            customer_id,
            coalesce(standing.counterparty_90d_count, 0) + coalesce(gained.gained_90d_count, 0)
                as counterparty_90d_count,
            coalesce(standing.counterparty_365d_count, 0) + coalesce(gained.gained_365d_count, 0)
                as counterparty_365d_count,
            coalesce(standing.new_counterparty_90d_count, 0) + coalesce(gained.gained_new_90d_count, 0)
                as new_counterparty_90d_count
        from {{ this }} as standing
        full join gained using (customer_id)
    )

    select *
    from rolled
    where
        counterparty_365d_count > 0
        and not exists (
            select 1 from {{ scope }} as scope
            where scope.customer_id = rolled.customer_id
        )
    union all
{% endif -%}
select customer_id, counterparty_90d_count, counterparty_365d_count, new_counterparty_90d_count
from {{ ref('int_transactions__dealings_scope') }}
