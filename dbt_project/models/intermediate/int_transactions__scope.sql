{{ config(post_hook=["create unique index on {{ this }} (customer_id, as_of_date)", "analyze {{ this }}"]) }}
{%- set start = state_start() -%}
{%- set transaction = ref('stg_landing__transaction') -%}
{%- set superseded = source('landing', 'transaction_superseded') -%}

-- Whose transactions are counted anew. Grain: customer x as_of_date.
-- Everybody, or, where a state is rolled forward, those of whom a version was replaced, or a row landed that was known
-- before.
{{ scope_of(
    start,
    transactions_changed(start, transaction, superseded) if start
) }}
