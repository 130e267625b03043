{{ config(materialized='view', schema='bi', persist_docs={'relation': true, 'columns': true}) }}

with task as (
    select
        'follow_up_task' as item_type,
        task_id as item_id,
        customer_id,
        kind_code as item_code,
        null::text as severity,
        owner_role,
        owner_id,
        created_date,
        due_date,
        reason_en,
        reason_zh
    from {{ source('risk', 'follow_up_task') }}
    where state in ('open', 'overdue')
),

alert as (
    select
        'alert' as item_type,
        alert_id as item_id,
        customer_id,
        rule_code as item_code,
        severity,
        owner_role,
        owner_id,
        opened_date as created_date,
        due_date,
        (evidence ->> 'name_en')
        || ': ' || indicator || ' = ' || trim_scale(round(value::numeric, 4)) || '. '
        || (evidence ->> 'remedy_en') as reason_en,
        (evidence ->> 'name_zh') || '：' || indicator || ' = ' || trim_scale(round(value::numeric, 4)) as reason_zh
    from {{ source('risk', 'alert') }}
    where status in ('open', 'acknowledged')
),

item as (
    select * from task
    union all
    select * from alert
),

newest as (
    select max(as_of_date) as as_of_date
    from {{ source('ledger', 'publication') }}
    where superseded_at is null
),

customer as (
    select * from {{ ref('rpt_newest_customer') }}
)

select
    item.item_type,
    item.item_id,
    item.customer_id,
    customer.customer_name_masked,
    customer.building_id,
    customer.tier,
    customer.pd,
    customer.exposure_amount::numeric(24, 4) as exposure_amount,
    item.item_code,
    item.severity,
    item.owner_role,
    item.owner_id,
    item.created_date,
    item.due_date,
    item.due_date - newest.as_of_date as days_left,
    item.due_date < newest.as_of_date as is_overdue,
    item.reason_en,
    item.reason_zh
from item
cross join newest
left join customer on item.customer_id = customer.customer_id
where newest.as_of_date is not null
