-- A snooze has ended and the rule still hits: the alert stands again, with days to respond.
insert into decision_alert_change
select
    standing.customer_id,
    standing.alert_id,
    'woken',
    run.as_of_date,
    'loudong',
    'snoozed until ' || standing.snoozed_until || ', and ' || hit.indicator || ' is ' || hit.value,
    run.run_id,
    jsonb_build_object('status', 'open', 'snoozed_until', null, 'due_date', hit.due_date)
from decision_standing_alert as standing
cross join decision_run as run
inner join decision_hit as hit on hit.customer_id = standing.customer_id and hit.rule_code = standing.rule_code
where standing.status = 'snoozed' and standing.snoozed_until < run.as_of_date;
