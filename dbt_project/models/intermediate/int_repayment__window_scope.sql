{{ config(post_hook=["create unique index on {{ this }} (customer_id, as_of_date)", "analyze {{ this }}"]) }}
{%- set start = state_start() -%}
{%- set scope, settlement = ref('int_repayment__scope'), ref('int_repayment__settlement_state') -%}
{%- set pause = ref('stg_landing__pause') -%}

-- For whom dues are summed over windows anew. Grain: customer x as_of_date.
-- Everybody, or, where a state is rolled forward, those whose windows hold something else than the day before.
{{ scope_of(
    start,
    dues_changed(start, scope, settlement, pause) if start
) }}
