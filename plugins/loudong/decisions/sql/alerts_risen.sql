insert into alert_event (
    customer_id, alert_id, as_of_date, actor, from_status, to_status, from_severity, to_severity, reason, run_id
)
select
    standing.customer_id,
    standing.alert_id,
    run.as_of_date,
    'loudong',
    standing.status,
    standing.status,
    standing.severity,
    hit.severity,
    hit.indicator || ' is ' || hit.value || ', threshold ' || hit.threshold,
    run.run_id
from decision_standing_alert as standing
inner join decision_hit as hit on hit.customer_id = standing.customer_id and hit.rule_code = standing.rule_code
cross join decision_run as run
where hit.severity_rank > standing.severity_rank;
