{{ config(materialized='view', schema='bi', persist_docs={'relation': true, 'columns': true}) }}

with alert as (
    select * from {{ source('risk', 'alert') }}
),

customer as (
    select * from {{ ref('rpt_newest_customer') }}
),

newest as (
    select max(as_of_date) as as_of_date
    from {{ source('ledger', 'publication') }}
    where superseded_at is null
)

select
    alert.alert_id,
    alert.customer_id,
    customer.customer_name_masked,
    customer.building_id,
    customer.tier,
    customer.pd,
    customer.exposure_amount::numeric(24, 4) as exposure_amount,
    alert.rule_code,
    alert.rule_version,
    alert.evidence ->> 'name_en' as rule_name_en,
    alert.evidence ->> 'name_zh' as rule_name_zh,
    alert.evidence ->> 'remedy_en' as remedy_en,
    alert.severity,
    alert.status,
    alert.indicator,
    alert.value,
    alert.evidence ->> 'operator' as operator,
    alert.threshold,
    alert.owner_role,
    alert.owner_id,
    alert.opened_date,
    alert.last_hit_date,
    alert.due_date,
    alert.closed_date,
    alert.status in ('open', 'acknowledged', 'snoozed') as is_open,
    alert.status in ('open', 'acknowledged', 'snoozed') and alert.due_date < newest.as_of_date as is_overdue,
    newest.as_of_date - alert.opened_date as age_days
from alert
cross join newest
left join customer on alert.customer_id = customer.customer_id
where newest.as_of_date is not null
