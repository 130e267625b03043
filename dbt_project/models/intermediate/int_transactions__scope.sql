{{ config(post_hook=["create unique index on {{ this }} (customer_id, as_of_date)", "analyze {{ this }}"]) }}
{%- set start = state_start() -%}
{%- set pair_scope = ref('int_transactions__pair_scope') -%}

-- Whose transactions are summed anew. Grain: customer x as_of_date.
-- Everybody, or, where sums are rolled forward, those whose sums cannot be: their pairs are looked up anew, or the
-- largest outflow left its window.
{{ scope_of(
    start,
    transactions_changed(start, pair_scope, this.schema ~ '.int_transactions__sums_state') if start
) }}
