{{ config(post_hook=["create unique index on {{ this }} (customer_id, as_of_date)", "analyze {{ this }}"]) }}
{%- set start = state_start() -%}
{%- set customer, transaction = ref('stg_landing__customer'), ref('stg_landing__transaction') -%}
{%- set superseded = source('landing', 'transaction_superseded') -%}

-- Whose transactions are summed anew. Grain: customer x as_of_date.
-- Everybody, or, where sums are rolled forward, those whose sums cannot be: a version they hold was replaced, a row
-- landed that was known before, or the largest outflow left its window.
{{ scope(
    start,
    transactions_changed(start, transaction, superseded, this.schema ~ '.int_transactions__state') if start,
    'select distinct customer_id from ' ~ customer
) }}
