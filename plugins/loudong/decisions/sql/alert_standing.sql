-- Alerts that are not closed, as they stand before this date is decided.
create temporary table decision_standing_alert on commit drop as
select
    alert.customer_id,
    alert.alert_id,
    alert.rule_code,
    alert.status,
    alert.severity,
    array_position(array['minor', 'major', 'critical'], alert.severity) as severity_rank,
    alert.due_date,
    alert.snoozed_until,
    -- Nobody has taken it up, and nothing has been escalated: the rule may still choose the owner.
    alert.status = 'open' and alert.owner_set_by = 'loudong' and alert.breached_date is null as is_untouched
from alert
where alert.status in ('open', 'acknowledged', 'snoozed');

create unique index on decision_standing_alert (customer_id, rule_code);
analyze decision_standing_alert;
