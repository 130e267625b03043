{{ config(materialized='view', schema='bi', persist_docs={'relation': true, 'columns': true}) }}

-- A customer counts once for each who works the list, and as unworked where nothing about it is within the hours.
with customer as (
    select
        as_of_date,
        pool_code,
        capacity_minutes,
        customer_id,
        count(*) as item_count,
        count(*) filter (where is_within_capacity) as worked_count,
        count(*) filter (where is_overdue) as overdue_count,
        sum(effort_minutes) as needed_minutes,
        sum(avertable_loss_amount) filter (where not is_within_capacity) as unworked_avertable_amount,
        bool_or(is_within_capacity) as is_worked,
        max(exposure_amount) as exposure_amount,
        max(expected_loss_amount) as expected_loss_amount
    from {{ ref('rpt_work_item') }}
    group by as_of_date, pool_code, capacity_minutes, customer_id
)

select
    as_of_date,
    pool_code,
    capacity_minutes,
    coalesce(sum(needed_minutes), 0)::bigint as needed_minutes,
    sum(item_count)::bigint as item_count,
    sum(worked_count)::bigint as worked_item_count,
    (sum(item_count) - sum(worked_count))::bigint as unworked_item_count,
    sum(overdue_count)::bigint as overdue_item_count,
    count(*) as customer_count,
    count(*) filter (where not is_worked) as unworked_customer_count,
    coalesce(sum(exposure_amount) filter (where not is_worked), 0)::numeric(24, 4) as unworked_exposure_amount,
    coalesce(sum(expected_loss_amount) filter (where not is_worked), 0)::numeric(24, 4)
        as unworked_expected_loss_amount,
    coalesce(sum(unworked_avertable_amount), 0)::numeric(24, 4) as unworked_avertable_amount
from customer
group by as_of_date, pool_code, capacity_minutes
