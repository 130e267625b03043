-- Every change of an alert goes through here: it and the row that says who, when, from, to and why are one.
insert into alert_event (
    customer_id, alert_id, kind_code, as_of_date, actor, from_status, to_status, from_severity, to_severity, reason,
    run_id, changes
)
select
    alert.customer_id,
    alert.alert_id,
    change.kind_code,
    change.as_of_date,
    change.actor,
    alert.status,
    coalesce(change.new_values ->> 'status', alert.status),
    alert.severity,
    coalesce(change.new_values ->> 'severity', alert.severity),
    change.reason,
    change.run_id,
    coalesce(
        (
            select jsonb_object_agg(item.key, jsonb_build_object('from', stood.alert -> item.key, 'to', item.value))
            from jsonb_each(change.new_values) as item
            where stood.alert -> item.key is distinct from item.value
        ),
        '{}'
    )
from decision_alert_change as change
inner join alert on alert.customer_id = change.customer_id and alert.alert_id = change.alert_id
-- Made once for each alert, not for each item of it.
cross join lateral (select to_jsonb(alert) as alert offset 0) as stood;

update alert
set
    status = changed.status,
    severity = changed.severity,
    threshold = changed.threshold,
    rule_version = changed.rule_version,
    owner_role = changed.owner_role,
    owner_id = changed.owner_id,
    owner_set_by = changed.owner_set_by,
    due_date = changed.due_date,
    snoozed_until = changed.snoozed_until,
    breached_date = changed.breached_date,
    outcome_code = changed.outcome_code,
    closed_date = changed.closed_date,
    closed_by = changed.closed_by
from (
    select (jsonb_populate_record(stands, change.new_values)).*
    from decision_alert_change as change
    inner join alert as stands on stands.customer_id = change.customer_id and stands.alert_id = change.alert_id
) as changed
where alert.customer_id = changed.customer_id and alert.alert_id = changed.alert_id;

truncate decision_alert_change;
