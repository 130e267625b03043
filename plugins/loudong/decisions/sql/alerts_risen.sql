-- Severity only rises; with it what hangs on it. An owner that a person chose, or that has it in hand, keeps it.
insert into decision_alert_change
select
    standing.customer_id,
    standing.alert_id,
    'risen',
    run.as_of_date,
    'loudong',
    hit.indicator || ' is ' || hit.value || ', threshold ' || hit.threshold,
    run.run_id,
    jsonb_build_object(
        'severity', hit.severity,
        'threshold', hit.threshold,
        'rule_version', hit.rule_version,
        'due_date', least(standing.due_date, hit.due_date)
    ) || case
        when standing.is_untouched then jsonb_build_object('owner_role', hit.owner_role, 'owner_id', hit.owner_id)
        else '{}'
    end
from decision_standing_alert as standing
inner join decision_hit as hit on hit.customer_id = standing.customer_id and hit.rule_code = standing.rule_code
cross join decision_run as run
where hit.severity_rank > standing.severity_rank;
