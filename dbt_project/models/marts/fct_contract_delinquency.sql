{{
    config(
        materialized='appended',
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
    contract.outstanding_amount::numeric as outstanding_amount,
    contract.past_due_amount::numeric as past_due_amount,
    contract.oldest_due_date,
    contract.dpd_days::integer as dpd_days,
    contract.delinquent_days::integer as delinquent_days,
    contract.excused_days::integer as excused_days,
    {{ bucket_of('contract.dpd_days') }} as bucket_code,
    {% for months, days in ((3, 90), (6, 180), (12, 365)) -%}
        worst.worst_dpd_{{ days }}d_days::integer as worst_dpd_{{ days }}d_days,
        {{ bucket_of('worst.worst_dpd_' ~ days ~ 'd_days') }} as worst_bucket_{{ months }}m_code,
    {% endfor -%}
    category.category_code,
    category.category_clause_code,
    category.stage_number::integer as stage_number,
    category.stage_clause_code,
    category.is_in_default,
    category.default_date
from {{ ref('int_repayment__contract') }} as contract
inner join {{ ref('int_delinquency__category') }} as category using (as_of_date, customer_id, contract_id)
left join {{ ref('int_delinquency__worst') }} as worst using (as_of_date, customer_id, contract_id)
