{{ config(post_hook=["create unique index on {{ this }} (customer_id, as_of_date)", "analyze {{ this }}"]) }}
{%- set start = state_start() -%}
{%- set customer, payment = ref('stg_landing__customer'), ref('stg_landing__payment') -%}

-- For whom payments are summed over windows anew. Grain: customer x as_of_date.
-- Everybody, or, where a state is rolled forward, those whose windows hold something else than the day before.
{{ scope_of(
    start,
    payments_changed(start, payment, customer) if start
) }}
