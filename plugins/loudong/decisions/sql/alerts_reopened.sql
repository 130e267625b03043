-- This date itself had closed it, and run again on what is known now finds it hitting: it stands again.
insert into decision_alert_change
select distinct on (alert.customer_id, alert.rule_code)
    alert.customer_id,
    alert.alert_id,
    'reopened',
    run.as_of_date,
    'loudong',
    hit.indicator || ' is ' || hit.value || ', threshold ' || hit.threshold || ', as known now',
    run.run_id,
    '{"status": "open", "closed_date": null, "closed_by": null}'::jsonb
from decision_hit as hit
cross join decision_run as run
inner join alert on alert.customer_id = hit.customer_id and alert.rule_code = hit.rule_code
where
    alert.closed_by = 'loudong' and alert.closed_date = run.as_of_date
    and not exists (
        select 1 from alert as standing
        where
            standing.customer_id = hit.customer_id and standing.rule_code = hit.rule_code
            and standing.status in ('open', 'acknowledged', 'snoozed')
    )
order by alert.customer_id, alert.rule_code, alert.alert_id desc;
