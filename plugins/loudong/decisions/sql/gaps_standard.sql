-- Monitoring without a contact in the books or a task done; support whose conditions no longer hold.
insert into decision_gap
with watched as (
    select
        acting.*,
        (acting.intent ->> 'monitor_every_days')::integer as every_days,
        greatest(
            acting.from_date,
            run.as_of_date - customer.days_since_attempt_days,
            (
                select max(task.closed_date) from follow_up_task as task
                where task.customer_id = acting.customer_id and task.state = 'done'
            )
        ) as last_date
    from decision_acting as acting
    cross join decision_run as run
    inner join decision_customer as customer on customer.customer_id = acting.customer_id
    where acting.is_in_force and acting.intent ? 'monitor_every_days'
)

select
    watched.customer_id,
    rule.gap_code,
    watched.action_code,
    watched.action_id,
    true,
    watched.from_date,
    jsonb_build_object(
        'from_date', watched.from_date, 'last_contact_date', watched.last_date, 'every_days', watched.every_days
    )
from watched
cross join decision_run as run
inner join policy_enforcement_rule as rule on rule.gap_code = 'monitoring_overdue'
where run.as_of_date - watched.last_date > watched.every_days + rule.grace_days::integer
union all
select
    acting.customer_id,
    rule.gap_code,
    acting.action_code,
    acting.action_id,
    true,
    acting.from_date,
    jsonb_build_object('from_date', acting.from_date, 'tier', customer.tier)
from decision_acting as acting
cross join decision_run as run
inner join decision_customer as customer on customer.customer_id = acting.customer_id
inner join policy_enforcement_rule as rule on rule.gap_code = 'support_undeserved'
left join decision_eligible as eligible
    on eligible.customer_id = acting.customer_id and eligible.action_code = acting.action_code
where
    acting.is_in_force
    and acting.action_code in (select condition.action_code from policy_strategy_condition as condition)
    and eligible.customer_id is null
    and run.as_of_date >= acting.from_date + rule.grace_days::integer;
