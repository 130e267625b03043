{{
    config(
        materialized='incremental',
        incremental_strategy='append',
        tags=['state'],
        pre_hook="{{ forget_customers(ref('int_repayment__scope')) }}",
        post_hook="create unique index if not exists int_repayment__standing_state_key on {{ this }} (customer_id, contract_id)"
    )
}}

-- What is owed on each contract at the newest date rolled to. Grain: contract.
select {{ columns_but_date(ref('int_repayment__standing_scope')) }}
from {{ ref('int_repayment__standing_scope') }}
