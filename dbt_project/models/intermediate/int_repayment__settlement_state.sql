{{
    config(
        materialized='incremental',
        incremental_strategy='append',
        tags=['state'],
        pre_hook="{{ forget_customers(ref('int_repayment__scope')) }}",
        post_hook="create unique index if not exists int_repayment__settlement_state_key on {{ this }} (customer_id, installment_id)"
    )
}}

-- When each installment was covered, as known at the newest date rolled to. Grain: installment.
select {{ columns_but_date(ref('int_repayment__settlement_scope')) }}
from {{ ref('int_repayment__settlement_scope') }}
