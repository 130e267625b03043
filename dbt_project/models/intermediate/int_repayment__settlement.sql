{{ config(materialized='view') }}

-- When each installment was covered, as known. Grain: installment x as_of_date.
{% if is_daily() -%}
    select
        {{ date_of_run() }} as as_of_date,
        customer_id, contract_id, installment_id, due_date, due_amount, uncovered_amount, settled_date, paid_amount,
        first_payment_date
    from {{ ref('int_repayment__settlement_state') }}
{%- else -%}
    select
        as_of_date,
        customer_id, contract_id, installment_id, due_date, due_amount, uncovered_amount, settled_date, paid_amount,
        first_payment_date
    from {{ ref('int_repayment__settlement_scope') }}
{%- endif %}
