-- New hits. An alert that the date raised before, or that was closed on or after the date, is not raised again; nor is
-- one that a person closed, or that lapsed, within the cooldown of the rule, unless it is graver now.
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
    cross join decision_run as run
    left join decision_customer as customer on customer.customer_id = hit.customer_id
    where
        not exists (
            select 1 from decision_standing_alert as standing
            where standing.customer_id = hit.customer_id and standing.rule_code = hit.rule_code
        )
        and not exists (
            select 1 from alert as closed
            where
                closed.customer_id = hit.customer_id
                and closed.rule_code = hit.rule_code
                and closed.opened_date <= hit.hit_date
                and (
                    closed.closed_date >= hit.hit_date
                    or closed.opened_date = hit.hit_date
                    or (
                        (closed.closed_by <> 'loudong' or closed.status = 'lapsed')
                        and closed.closed_date + hit.cooldown_days >= hit.hit_date
                        and array_position(array['minor', 'major', 'critical'], closed.severity) >= hit.severity_rank
                    )
                )
        )
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
