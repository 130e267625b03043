{{
    config(
        materialized='incremental',
        incremental_strategy='append',
        on_schema_change='append_new_columns',
        tags=['state'],
        pre_hook="{{ forget_customers(ref('int_interaction__scope')) }}",
        post_hook="create unique index if not exists int_interaction__windows_state_key on {{ this }} (customer_id)"
    )
}}

-- Contacts at the newest date rolled to. Grain: customer.
select {{ columns_but_date(ref('int_interaction__windows_scope')) }}
from {{ ref('int_interaction__windows_scope') }}
