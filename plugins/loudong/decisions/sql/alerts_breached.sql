-- A due date has passed. It is noted once; what nobody took up goes to the next role, which has its days to respond.
insert into decision_alert_change
select
    alert.customer_id,
    alert.alert_id,
    'breached',
    run.as_of_date,
    'loudong',
    'due ' || alert.due_date || ' and not ' || case alert.status when 'open' then 'acknowledged' else 'closed' end
    || case when next.owner_role is null then '' else ': from ' || alert.owner_role || ' to ' || next.owner_role end,
    run.run_id,
    jsonb_build_object('breached_date', run.as_of_date) || case
        when next.owner_role is null then '{}'
        else jsonb_build_object(
            'owner_role', next.owner_role,
            'owner_id', null,
            'owner_set_by', 'loudong',
            'due_date', run.as_of_date + coalesce((alert.evidence ->> 'respond_days')::integer, 7)
        )
    end
from alert
cross join decision_run as run
left join lateral (
    select escalation.escalate_to_role as owner_role
    from policy_alert_escalation as escalation
    where
        alert.status = 'open' and escalation.role_code = alert.owner_role
        and nullif(escalation.escalate_to_role, '') is not null
) as next on true
where
    alert.status in ('open', 'acknowledged')
    and alert.due_date < run.as_of_date
    and (alert.breached_date is null or alert.breached_date <= alert.due_date);
