{{ config(materialized='view', schema='bi', persist_docs={'relation': true, 'columns': true}) }}

select
    gap.customer_id,
    gap.gap_code,
    gap.subject_id,
    gap.evidence ->> 'name_en' as gap_name_en,
    gap.evidence ->> 'name_zh' as gap_name_zh,
    gap.ended_date is null as is_open,
    gap.is_in_force,
    gap.first_found_date,
    gap.last_found_date,
    gap.ended_date,
    gap.last_found_date - gap.first_found_date as age_days,
    gap.owner_role,
    gap.action_id,
    action.action_code,
    action.standard_code,
    action.state as action_state,
    (gap.evidence ->> 'from_date')::date as action_from_date,
    (gap.evidence ->> 'signed_date')::date as signed_date,
    (gap.evidence ->> 'limit_amount')::numeric(24, 4) as limit_amount,
    coalesce(gap.evidence ->> 'allowed_limit_amount', gap.evidence ->> 'limit_before_amount')::numeric(24, 4)
        as allowed_limit_amount,
    (gap.evidence ->> 'last_contact_date')::date as last_contact_date,
    gap.policy_version
from {{ source('risk', 'enforcement_gap') }} as gap
inner join {{ source('risk', 'customer_action') }} as action
    on gap.customer_id = action.customer_id and gap.action_id = action.action_id
