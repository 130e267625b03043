{{ config(materialized='view', schema='bi', persist_docs={'relation': true, 'columns': true}) }}

-- Each alert carries what was known of its subject while it stood: the board looks nothing up but names.
with alert as (
    select *, status in ('open', 'acknowledged', 'snoozed') as is_open from {{ source('risk', 'alert') }}
),

newest as (
    select as_of_date, cutoff_at from {{ ref('rpt_published_date') }}
    order by as_of_date desc
    limit 1
)

select
    alert.alert_id,
    alert.subject_level,
    alert.subject_id,
    case when alert.subject_level = 'customer' then alert.customer_id end as customer_id,
    identity.customer_name_masked,
    alert.subject_state ->> 'building_id' as building_id,
    alert.subject_state ->> 'tier' as tier,
    (alert.subject_state ->> 'pd')::double precision as pd,
    (alert.subject_state ->> 'exposure_amount')::numeric(24, 4) as exposure_amount,
    alert.rule_code,
    alert.rule_version,
    alert.evidence ->> 'area_code' as area_code,
    alert.evidence ->> 'kind_code' as kind_code,
    alert.evidence ->> 'name_en' as rule_name_en,
    alert.evidence ->> 'name_zh' as rule_name_zh,
    alert.evidence ->> 'why_en' as why_en,
    alert.evidence ->> 'why_zh' as why_zh,
    alert.evidence ->> 'remedy_en' as remedy_en,
    alert.evidence ->> 'remedy_zh' as remedy_zh,
    alert.severity,
    alert.status,
    alert.outcome_code,
    alert.indicator,
    alert.value,
    alert.evidence ->> 'operator' as operator,
    alert.threshold,
    alert.evidence -> 'conditions' as conditions,
    alert.owner_role,
    alert.owner_id,
    alert.opened_date,
    alert.last_hit_date,
    alert.due_date,
    alert.breached_date,
    alert.snoozed_until,
    alert.closed_date,
    alert.closed_by,
    alert.is_open,
    alert.status in ('open', 'acknowledged') and alert.owner_id is null as is_unassigned,
    alert.status in ('open', 'acknowledged') and alert.due_date < newest.as_of_date as is_overdue,
    coalesce(alert.closed_date, newest.as_of_date) - alert.opened_date as age_days
from alert
cross join newest
left join lateral (
    select left(version.customer_name, 1) || '**' as customer_name_masked
    from {{ source('landing', 'customer') }} as version
    where
        alert.subject_level = 'customer'
        and version.customer_id = alert.customer_id
        and version.valid_from_date <= newest.as_of_date
        and version.observed_at < newest.cutoff_at
        and not version.is_deleted
    order by version.valid_from_date desc, version.observed_at desc, version.content_hash desc
    limit 1
) as identity on true
