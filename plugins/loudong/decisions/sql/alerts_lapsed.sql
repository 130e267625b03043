-- Nobody took it up and the rule has not hit for its days, or hits no more when its snooze has ended: it is over.
insert into decision_alert_change
select
    alert.customer_id,
    alert.alert_id,
    'lapsed',
    run.as_of_date,
    'loudong',
    'not hit since ' || alert.last_hit_date || case alert.status
        when 'snoozed' then ', snoozed until ' || alert.snoozed_until
        else ', ' || rule.lapse_days || ' days or more'
    end,
    run.run_id,
    '{"status": "lapsed", "snoozed_until": null, "closed_by": "loudong"}'::jsonb
    || jsonb_build_object('closed_date', run.as_of_date)
from decision_standing_alert as standing
cross join decision_run as run
inner join alert on alert.customer_id = standing.customer_id and alert.alert_id = standing.alert_id
left join decision_rule as rule on rule.rule_code = alert.rule_code
where
    (
        alert.status = 'open' and alert.owner_set_by = 'loudong'
        and alert.last_hit_date <= run.as_of_date - rule.lapse_days
    )
    or (alert.status = 'snoozed' and alert.snoozed_until < run.as_of_date);
