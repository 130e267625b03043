-- Alerts that are due and need not wait.
with opened as (
    insert into alert (
        customer_id, subject_level, subject_id, rule_code, rule_version, severity, indicator, value, threshold,
        owner_role, owner_id, opened_date, due_date, last_hit_date, opened_building_id, opened_in_default, evidence, run_id
    )
    select
        hit.customer_id,
        hit.subject_level,
        hit.subject_id,
        hit.rule_code,
        hit.rule_version,
        hit.severity,
        hit.indicator,
        hit.value,
        hit.threshold,
        hit.owner_role,
        hit.owner_id,
        hit.hit_date,
        hit.due_date,
        hit.hit_date,
        case hit.subject_level when 'building' then hit.subject_id else customer.building_id end,
        customer.is_in_default,
        hit.evidence,
        run.run_id
    from decision_hit as hit
    inner join decision_due as due on due.customer_id = hit.customer_id and due.rule_code = hit.rule_code
    cross join decision_run as run
    left join decision_customer as customer on customer.customer_id = hit.customer_id
    where not exists (select 1 from decision_waiting as waiting where waiting.customer_id = hit.customer_id)
    returning customer_id, alert_id, severity, opened_date, indicator, value, threshold, run_id
)

insert into alert_event (
    customer_id, alert_id, kind_code, as_of_date, actor, from_status, to_status, from_severity, to_severity, reason, run_id
)
select
    opened.customer_id,
    opened.alert_id,
    'opened',
    opened.opened_date,
    'loudong',
    null,
    'open',
    null,
    opened.severity,
    opened.indicator || ' is ' || opened.value || ', threshold ' || opened.threshold,
    opened.run_id
from opened;
