-- Hit again while open: value and evidence are today's; severity, and what hangs on it, only rises.
update alert
set
    value = hit.value,
    evidence = hit.evidence,
    last_hit_date = greatest(alert.last_hit_date, hit.hit_date),
    severity = case when hit.severity_rank > standing.severity_rank then hit.severity else alert.severity end,
    threshold = case when hit.severity_rank > standing.severity_rank then hit.threshold else alert.threshold end,
    rule_version = case when hit.severity_rank > standing.severity_rank then hit.rule_version else alert.rule_version end,
    owner_role = case when hit.severity_rank > standing.severity_rank then hit.owner_role else alert.owner_role end,
    owner_id = case when hit.severity_rank > standing.severity_rank then hit.owner_id else alert.owner_id end,
    due_date = case
        when hit.severity_rank > standing.severity_rank then least(alert.due_date, hit.due_date) else alert.due_date
    end
from decision_hit as hit, decision_standing_alert as standing
where
    standing.customer_id = alert.customer_id and standing.alert_id = alert.alert_id
    and hit.customer_id = alert.customer_id and hit.rule_code = alert.rule_code;
