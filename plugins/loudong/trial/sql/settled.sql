-- Nobody works on the alerts of a trial: one whose rule the customer no longer meets counts as settled on the date.
update pg_temp.alert
set status = 'resolved', closed_date = run.as_of_date
from decision_run as run
where
    alert.status in ('open', 'acknowledged', 'snoozed')
    and not exists (
        select 1 from decision_hit as hit
        where hit.customer_id = alert.customer_id and hit.rule_code = alert.rule_code
    );

analyze pg_temp.alert;
analyze pg_temp.customer_tier;
