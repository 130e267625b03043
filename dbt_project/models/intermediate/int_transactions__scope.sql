{{ config(post_hook=["create unique index on {{ this }} (customer_id, as_of_date)", "analyze {{ this }}"]) }}
{%- set start = state_start() -%}
{%- set pair_scope, customer = ref('int_transactions__pair_scope'), ref('stg_landing__customer') -%}

-- Whose transactions are summed anew. Grain: customer x as_of_date.
-- Everybody, or, where sums are rolled forward, those whose sums cannot be: their pairs are looked up anew, or the
-- largest outflow left its window.
{{ scope_of(
    start,
    transactions_changed(start, pair_scope, this.schema ~ '.int_transactions__state') if start,
    'select distinct customer_id from ' ~ customer
) }}
