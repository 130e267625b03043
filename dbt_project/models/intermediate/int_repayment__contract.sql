{{ config(post_hook="analyze {{ this }} (as_of_date, customer_id, contract_id, is_open)") }}

-- Where each contract stands. Grain: contract x as_of_date.
-- dpd_days counts from the oldest uncovered due date before the date; due today is not past due. A contract without any
-- installment, or a portfolio without known days past due, has none.
with balance as (
    select distinct on (as_of_date, customer_id, contract_id)
        as_of_date, customer_id, contract_id, balance_amount, limit_amount
    from {{ ref('int_balance__known') }}
    order by as_of_date, customer_id, contract_id, balance_date desc
),

joined as (
    select
        contract.*,
        scheduled.unpaid_amount,
        scheduled.first_due_date,
        scheduled.last_due_date,
        scheduled.first_owed_date,
        scheduled.first_payment_date,
        balance.balance_amount,
        coalesce(balance.limit_amount, contract.limit_amount) as current_limit_amount,
        {% if var('default_dpd_days') is none -%}
            null::numeric as past_due_amount,
            null::date as oldest_due_date,
            false as has_schedule,
        {%- else -%}
            scheduled.past_due_amount,
            scheduled.oldest_due_date,
            scheduled.contract_id is not null as has_schedule,
        {%- endif %}
        {{ joined_paused_days() }} as paused_days,
        coalesce(own_pause.is_technical, false) or coalesce(wide_pause.is_technical, false) as is_technical
    from {{ ref('int_contract__known') }} as contract
    left join {{ ref('int_repayment__standing') }} as scheduled using (as_of_date, customer_id, contract_id)
    left join balance using (as_of_date, customer_id, contract_id)
    {{ join_pauses('contract', ref('int_repayment__pause')) | indent(4) }}
),

counted as (
    select
        *,
        case
            when has_schedule
                then coalesce({{ days_past_due('oldest_due_date', 'as_of_date', 'paused_days') }}, 0)
        end as dpd_days
    from joined
)

select
    *,
    case when has_schedule then coalesce(as_of_date - oldest_due_date, 0) - dpd_days end as excused_days,
    case when has_schedule then greatest(dpd_days - grace_days, 0) end as delinquent_days,
    greatest(coalesce(balance_amount, unpaid_amount, 0), coalesce(past_due_amount, 0)) as outstanding_amount
from counted
