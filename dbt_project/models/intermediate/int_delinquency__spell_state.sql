{{
    config(
        materialized='incremental',
        incremental_strategy='append',
        tags=['state'],
        pre_hook="{{ forget_customers(ref('int_repayment__scope')) }}",
        post_hook="create unique index if not exists int_delinquency__spell_state_key on {{ this }} (customer_id, contract_id, is_material, start_date)"
    )
}}

-- Spells of arrears, as known at the newest date rolled to. Grain: contract x is_material x spell.
select {{ columns_but_date(ref('int_delinquency__spell_scope')) }}
from {{ ref('int_delinquency__spell_scope') }}
