{{ config(materialized='view', schema='bi', persist_docs={'relation': true, 'columns': true}) }}

with item as (
    select * from {{ ref('rpt_work_item') }}
),

task as (
    select * from {{ source('risk', 'follow_up_task') }}
),

alert as (
    select * from {{ source('risk', 'alert') }}
)

select
    item.item_type,
    item.item_id,
    item.customer_id,
    item.customer_name_masked,
    item.building_id,
    item.tier,
    item.pd,
    item.exposure_amount::numeric(24, 4) as exposure_amount,
    coalesce(task.trigger_code, alert.rule_code) as item_code,
    alert.severity,
    item.owner_role,
    item.owner_id,
    coalesce(task.created_date, alert.opened_date) as created_date,
    item.due_date,
    item.due_date - item.as_of_date as days_left,
    item.is_overdue,
    coalesce(
        task.reason_en,
        (alert.evidence ->> 'name_en')
        || ': ' || alert.indicator || ' = ' || trim_scale(round(alert.value::numeric, 4)) || '. '
        || (alert.evidence ->> 'remedy_en')
    ) as reason_en,
    coalesce(
        task.reason_zh,
        (alert.evidence ->> 'name_zh')
        || '：' || alert.indicator || ' = ' || trim_scale(round(alert.value::numeric, 4))
    ) as reason_zh,
    coalesce(task.kind_code, 'alert') as kind_code,
    item.work_rank,
    item.expected_loss_amount::numeric(24, 4) as expected_loss_amount,
    item.recoverable_pct::double precision as recoverable_pct,
    item.effect_pct::double precision as effect_pct,
    item.avertable_loss_amount::numeric(24, 4) as avertable_loss_amount,
    item.priority_amount::numeric(24, 4) as priority_amount,
    item.effort_minutes,
    item.pool_code,
    item.capacity_minutes,
    item.cumulative_minutes,
    item.is_within_capacity
from item
left join task
    on item.customer_id = task.customer_id and item.item_id = task.task_id and item.item_type = 'follow_up_task'
left join alert
    on item.customer_id = alert.customer_id and item.item_id = alert.alert_id and item.item_type = 'alert'
