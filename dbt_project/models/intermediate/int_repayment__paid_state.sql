{{
    config(
        materialized='incremental',
        incremental_strategy='append',
        tags=['state'],
        pre_hook="{{ forget_customers(ref('int_repayment__window_scope')) }}",
        post_hook="create unique index if not exists int_repayment__paid_state_key on {{ this }} (customer_id)"
    )
}}

-- What was paid at the newest date rolled to. Grain: customer.
select {{ columns_but_date(ref('int_repayment__paid_scope')) }}
from {{ ref('int_repayment__paid_scope') }}
