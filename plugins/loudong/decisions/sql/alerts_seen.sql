-- What stands is shown with its subject as of today; where the rule hits, with today's value and evidence, too.
update alert
set
    value = coalesce(today.value, alert.value),
    evidence = coalesce(today.evidence, alert.evidence),
    last_hit_date = greatest(alert.last_hit_date, today.hit_date),
    subject_state = today.subject_state
from (
    select
        stands.customer_id,
        stands.alert_id,
        hit.value,
        hit.evidence,
        hit.hit_date,
        case when run.is_traced then jsonb_strip_nulls(
            jsonb_build_object(
                'building_id', case stands.subject_level when 'building' then stands.subject_id else score.building_id end,
                'tier', customer.tier,
                'pd', customer.pd,
                'exposure_amount', outcome.subject_exposure_amount
            )
        ) else '{}' end as subject_state
    from alert as stands
    cross join decision_run as run
    inner join decision_outcome as outcome on outcome.customer_id = stands.customer_id
    left join decision_customer as customer on customer.customer_id = stands.customer_id
    left join decision_score as score on score.customer_id = stands.customer_id
    left join decision_hit as hit on hit.customer_id = stands.customer_id and hit.rule_code = stands.rule_code
    where stands.status in ('open', 'acknowledged', 'snoozed')
) as today
where today.customer_id = alert.customer_id and today.alert_id = alert.alert_id;
