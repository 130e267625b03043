-- Raised by a run that never became visible, and not confirmed by this one: nobody has seen it, it is withdrawn.
with withdrawn as (
    update risk.alert
    set status = 'withdrawn', closed_date = run.as_of_date
    from decision_standing_alert as standing, decision_run as run
    where
        standing.customer_id = alert.customer_id and standing.alert_id = alert.alert_id
        and standing.is_of_dead_run
        and not exists (
            select 1 from decision_hit as hit
            where hit.customer_id = alert.customer_id and hit.rule_code = alert.rule_code
        )
    returning alert.customer_id, alert.alert_id, alert.severity, standing.status as from_status
)

insert into risk.alert_event (
    customer_id, alert_id, as_of_date, actor, from_status, to_status, from_severity, to_severity, reason, run_id
)
select
    withdrawn.customer_id,
    withdrawn.alert_id,
    run.as_of_date,
    'loudong',
    withdrawn.from_status,
    'withdrawn',
    withdrawn.severity,
    withdrawn.severity,
    'the run that raised it was not published',
    run.run_id
from withdrawn
cross join decision_run as run;
