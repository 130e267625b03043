{{ config(post_hook=["create unique index on {{ this }} (customer_id, as_of_date)", "analyze {{ this }}"]) }}
{%- set start = state_start() -%}
{%- set interaction, payment = ref('stg_landing__interaction'), ref('stg_landing__payment') -%}
{%- set customer = ref('stg_landing__customer') -%}

-- Whose contacts are counted anew. Grain: customer x as_of_date.
{{ scope_of(
    start,
    contacts_changed(start, interaction, payment) if start,
    'select distinct customer_id from ' ~ customer
) }}
