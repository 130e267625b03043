{{ config(post_hook=["create unique index on {{ this }} (customer_id, as_of_date)", "analyze {{ this }}"]) }}
{%- set start = state_start() -%}
{%- set customer, transaction = ref('stg_landing__customer'), ref('stg_landing__transaction') -%}
{%- set superseded = source('landing', 'transaction_superseded') -%}

-- Whose counterparties are looked up anew. Grain: customer x as_of_date.
-- Everybody, or, where a state is rolled forward, those of whom a version was replaced, or a row landed that was known
-- before.
{{ scope_of(
    start,
    pairs_changed(start, transaction, superseded) if start,
    'select distinct customer_id from ' ~ customer
) }}
