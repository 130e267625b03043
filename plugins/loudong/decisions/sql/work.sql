-- What each open piece of work is worth: the expected loss of its customer, the share of it that work can still avert in
-- its bucket, and how much of that its kind achieves. Days past due that are not known count as none here.
delete from work_item;

insert into work_item (
    item_type, item_id, customer_id, as_of_date, run_id, customer_name_masked, building_id, tier, pd, dpd_days,
    exposure_amount, expected_loss_amount, recoverable_pct, effect_pct, effort_minutes, avertable_loss_amount,
    priority_amount, work_rank
)
with item as (
    select
        'follow_up_task' as item_type,
        task.task_id as item_id,
        task.customer_id,
        task.due_date,
        kind.effect_pct::numeric as effect_pct,
        kind.effort_minutes::integer as effort_minutes
    from follow_up_task as task
    inner join policy_task_kind as kind on kind.kind_code = task.kind_code
    where task.state in ('open', 'overdue')
    union all
    select
        'alert',
        alert.alert_id,
        alert.customer_id,
        alert.due_date,
        effort.effect_pct::numeric,
        effort.effort_minutes::integer
    from alert
    inner join policy_alert_effort as effort on effort.severity = alert.severity
    where alert.status in ('open', 'acknowledged', 'snoozed')
),

valued as (
    select
        item.*,
        customer.customer_name_masked,
        customer.building_id,
        customer.tier,
        customer.pd,
        customer.dpd_days,
        customer.exposure_amount,
        customer.expected_loss_amount,
        recovery.recoverable_pct::numeric as recoverable_pct,
        round(
            customer.expected_loss_amount * recovery.recoverable_pct::numeric / 100 * item.effect_pct / 100, 2
        ) as avertable_loss_amount
    from item
    left join decision_customer as customer on customer.customer_id = item.customer_id
    left join policy_delinquency_bucket as bucket
        on
            coalesce(customer.dpd_days, 0) >= bucket.min_dpd_days::integer
            and (bucket.max_dpd_days is null or coalesce(customer.dpd_days, 0) <= bucket.max_dpd_days::integer)
    left join policy_recovery as recovery on recovery.bucket_code = bucket.bucket_code
),

weighed as (
    select
        valued.*,
        case
            when valued.due_date < run.as_of_date then round(valued.avertable_loss_amount * rule.value::numeric / 100, 2)
            else valued.avertable_loss_amount
        end as priority_amount
    from valued
    cross join decision_run as run
    inner join policy_work_rule as rule on rule.rule_code = 'overdue_factor_pct'
)

select
    weighed.item_type,
    weighed.item_id,
    weighed.customer_id,
    run.as_of_date,
    run.run_id,
    weighed.customer_name_masked,
    weighed.building_id,
    weighed.tier,
    weighed.pd,
    weighed.dpd_days,
    weighed.exposure_amount,
    weighed.expected_loss_amount,
    weighed.recoverable_pct,
    weighed.effect_pct,
    weighed.effort_minutes,
    weighed.avertable_loss_amount,
    weighed.priority_amount,
    row_number() over (
        order by weighed.priority_amount desc nulls last, weighed.due_date, weighed.item_type, weighed.item_id
    )
from weighed
cross join decision_run as run;
