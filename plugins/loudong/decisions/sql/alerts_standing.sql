-- Hit again while it stands: value and evidence are today's.
update alert
set
    value = hit.value,
    evidence = hit.evidence,
    last_hit_date = greatest(alert.last_hit_date, hit.hit_date)
from decision_hit as hit, decision_standing_alert as standing
where
    standing.customer_id = alert.customer_id and standing.alert_id = alert.alert_id
    and hit.customer_id = alert.customer_id and hit.rule_code = alert.rule_code;
