{{ config(post_hook=["create unique index on {{ this }} (customer_id, as_of_date)", "analyze {{ this }}"]) }}
{%- set start = state_start() -%}
{%- set score, customer = ref('stg_landing__credit_score'), ref('stg_landing__customer') -%}

-- Whose outside scores are read anew. Grain: customer x as_of_date.
{{ scope_of(start, scores_changed(start, score) if start, 'select distinct customer_id from ' ~ customer) }}
