{{ config(materialized='view', schema='bi', persist_docs={'relation': true, 'columns': true}) }}

with newest as (
    select max(as_of_date) as as_of_date
    from {{ source('ledger', 'publication') }}
    where superseded_at is null
),

current_action as (
    select
        action.*,
        newest.as_of_date
    from {{ source('risk', 'customer_action') }} as action
    cross join newest
    where action.state <> 'lapsed' and action.period_end_date >= newest.as_of_date
),

held as (
    select * from current_action
    where state <> 'proposed' and in_force_from_date <= as_of_date
),

proposal as (
    select * from current_action
    where state = 'proposed'
)

-- What is in force goes before what is proposed to follow it.
select
    coalesce(held.as_of_date, proposal.as_of_date) as as_of_date,
    coalesce(held.customer_id, proposal.customer_id) as customer_id,
    coalesce(held.action_code, proposal.action_code) as action_code,
    coalesce(held.action_id, proposal.action_id) as action_id,
    held.action_id is not null as is_in_force,
    coalesce(held.state, proposal.state) as state,
    coalesce(held.standard_code, proposal.standard_code) as standard_code,
    coalesce(held.tier, proposal.tier) as tier,
    coalesce(held.period_start_date, proposal.period_start_date) as period_start_date,
    coalesce(held.period_end_date, proposal.period_end_date) as period_end_date,
    held.in_force_from_date,
    held.approved_by,
    (coalesce(held.intent, proposal.intent) ->> 'proposed_limit_amount')::numeric(24, 4) as proposed_limit_amount,
    (coalesce(held.intent, proposal.intent) ->> 'monitor_every_days')::integer as monitor_every_days,
    coalesce(held.intent, proposal.intent) ->> 'restriction_code' as restriction_code,
    (coalesce(held.intent, proposal.intent) ->> 'review_every_days')::integer as review_every_days,
    coalesce(held.intent, proposal.intent) ->> 'owner_role' as owner_role,
    coalesce(held.intent, proposal.intent) ->> 'name_en' as name_en,
    coalesce(held.intent, proposal.intent) ->> 'name_zh' as name_zh,
    coalesce(held.policy_version, proposal.policy_version) as policy_version,
    coalesce(held.policy_row, proposal.policy_row) as policy_row,
    case when held.action_id is not null then proposal.action_id end as next_action_id,
    case when held.action_id is not null then proposal.standard_code end as next_standard_code
from held
full outer join proposal on held.customer_id = proposal.customer_id and held.action_code = proposal.action_code
