{{ config(materialized='view') }}

-- Spells of arrears, as known. Grain: contract x as_of_date x is_material x spell.
{% if is_daily() -%}
    select {{ date_of_run() }} as as_of_date, customer_id, contract_id, is_material, start_date, end_date
    from {{ ref('int_delinquency__spell_state') }}
{%- else -%}
    select as_of_date, customer_id, contract_id, is_material, start_date, end_date
    from {{ ref('int_delinquency__spell_scope') }}
{%- endif %}
