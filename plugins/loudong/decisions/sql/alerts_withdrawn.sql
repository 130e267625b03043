-- Raised by this date itself and, on what is known now, without ground; or of a rule that policy no longer has. What a
-- person has touched stays.
insert into decision_alert_change
select
    alert.customer_id,
    alert.alert_id,
    'withdrawn',
    run.as_of_date,
    'loudong',
    case
        when rule.rule_code is null then 'the policy has no such rule any more'
        else 'it no longer follows from what is known of ' || run.as_of_date
    end,
    run.run_id,
    jsonb_build_object('status', 'withdrawn', 'closed_date', run.as_of_date, 'closed_by', 'loudong')
from decision_standing_alert as standing
cross join decision_run as run
inner join alert on alert.customer_id = standing.customer_id and alert.alert_id = standing.alert_id
left join decision_rule as rule on rule.rule_code = alert.rule_code
left join decision_outcome as outcome on outcome.customer_id = alert.customer_id
where
    alert.status = 'open'
    and (
        rule.rule_code is null
        or (alert.opened_date = run.as_of_date and substr(outcome.outcomes, rule.rule_position, 1) in ('-', 'b'))
    )
    and not exists (
        select 1 from alert_event as event
        where
            event.customer_id = alert.customer_id and event.alert_id = alert.alert_id and event.actor <> 'loudong'
    );
