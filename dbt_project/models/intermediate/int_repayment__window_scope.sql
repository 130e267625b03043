{{ config(post_hook=["create unique index on {{ this }} (customer_id, as_of_date)", "analyze {{ this }}"]) }}
{%- set start = state_start() -%}
{%- set scope, customer = ref('int_repayment__scope'), ref('stg_landing__customer') -%}
{%- set settlement, payment = ref('int_repayment__settlement_state'), ref('stg_landing__payment') -%}
{%- set pause = ref('int_repayment__pause') -%}

-- For whom dues and payments are summed over windows anew. Grain: customer x as_of_date.
-- Everybody, or, where a state is rolled forward, those whose windows hold something else than the day before.
{{ scope_of(
    start,
    window_changed(start, scope, settlement, payment, pause, customer) if start,
    'select distinct customer_id from ' ~ customer
) }}
