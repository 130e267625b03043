{{ config(materialized='view', schema='bi', persist_docs={'relation': true, 'columns': true}) }}

-- What is in force goes before what is proposed to follow it. Each part is read by itself, so that a question about one
-- customer reads that customer alone.
with newest as (
    select max(as_of_date) as as_of_date
    from {{ source('ledger', 'publication') }}
    where superseded_at is null
),

shown as (
    select
        newest.as_of_date,
        held.*,
        true as is_in_force,
        proposal.action_id as next_action_id,
        proposal.standard_code as next_standard_code
    from {{ source('risk', 'customer_action') }} as held
    cross join newest
    left join {{ source('risk', 'customer_action') }} as proposal
        on
            held.customer_id = proposal.customer_id
            and held.action_code = proposal.action_code
            and proposal.state = 'proposed'
            and proposal.period_end_date >= newest.as_of_date
    where
        held.state in ('approved', 'sent', 'confirmed')
        and held.in_force_from_date <= newest.as_of_date
        and held.period_end_date >= newest.as_of_date
    union all
    select
        newest.as_of_date,
        proposal.*,
        false as is_in_force,
        null::bigint as next_action_id,
        null::text as next_standard_code
    from {{ source('risk', 'customer_action') }} as proposal
    cross join newest
    where
        proposal.state = 'proposed'
        and proposal.period_end_date >= newest.as_of_date
        and not exists (
            select 1
            from {{ source('risk', 'customer_action') }} as held
            where
                held.customer_id = proposal.customer_id
                and held.action_code = proposal.action_code
                and held.state in ('approved', 'sent', 'confirmed')
                and held.in_force_from_date <= newest.as_of_date
                and held.period_end_date >= newest.as_of_date
        )
)

select
    as_of_date,
    customer_id,
    action_code,
    action_id,
    is_in_force,
    state,
    standard_code,
    tier,
    period_start_date,
    period_end_date,
    in_force_from_date,
    approved_by,
    (intent ->> 'proposed_limit_amount')::numeric(24, 4) as proposed_limit_amount,
    (intent ->> 'monitor_every_days')::integer as monitor_every_days,
    intent ->> 'restriction_code' as restriction_code,
    (intent ->> 'review_every_days')::integer as review_every_days,
    intent ->> 'owner_role' as owner_role,
    intent ->> 'name_en' as name_en,
    intent ->> 'name_zh' as name_zh,
    policy_version,
    policy_row,
    next_action_id,
    next_standard_code
from shown
