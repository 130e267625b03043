{{
    config(
        materialized='incremental',
        incremental_strategy='append',
        on_schema_change='fail',
        pre_hook="{{ delete_own_rows() }}",
        post_hook=[
            "create unique index if not exists fct_contract_delinquency_key on {{ this }} (run_id, as_of_date, customer_id, contract_id)"
        ]
    )
}}

-- Grain: contract x as_of_date x run.
select
    contract.customer_id,
    contract.contract_id,
    contract.as_of_date,
    '{{ var("run_id") }}'::text as run_id,
    contract.contract_type_code,
    contract.building_id,
    contract.start_date,
    contract.closed_date,
    contract.close_reason_code,
    contract.is_open,
    contract.current_limit_amount::numeric as limit_amount,
    greatest(
        coalesce(contract.balance_amount, contract.unpaid_amount, 0), coalesce(contract.past_due_amount, 0)
    )::numeric as outstanding_amount,
    contract.past_due_amount::numeric as past_due_amount,
    contract.dpd_days::integer as dpd_days,
    case
        when contract.dpd_days is not null then greatest(contract.dpd_days - contract.grace_days, 0)
    end::integer as delinquent_days,
    bucket.bucket_code
from {{ ref('int_repayment__contract') }} as contract
left join {{ ref('delinquency_bucket') }} as bucket
    on contract.dpd_days between bucket.min_dpd_days and coalesce(bucket.max_dpd_days, 2147483647)
