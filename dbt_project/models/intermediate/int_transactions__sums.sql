{{ config(materialized='view') }}

-- Sums over windows of transactions, as known. Grain: customer x as_of_date, customers with a transaction in them.
{% if is_daily() -%}
    select {{ date_of_run() }} as as_of_date, state.*
    from {{ ref('int_transactions__state') }} as state
{%- else -%}
    select *
    from {{ ref('int_transactions__sums_scope') }}
{%- endif %}
