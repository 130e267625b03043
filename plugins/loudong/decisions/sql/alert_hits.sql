-- The gravest level of every rule that a customer meets today. A null indicator is not enough data: no hit.
create temporary table decision_hit on commit drop as
select distinct on (customer.customer_id, rule.rule_code)
    customer.customer_id,
    rule.rule_code,
    rule.rule_version::text as rule_version,
    rule.severity,
    array_position(array['minor', 'major', 'critical'], rule.severity) as severity_rank,
    rule.indicator,
    indicator.value,
    rule.threshold::double precision as threshold,
    rule.owner_role,
    case rule.owner_role
        when 'building_manager' then customer.building_manager_id
        when 'relationship_manager' then customer.relationship_manager_id
    end as owner_id,
    run.as_of_date as hit_date,
    run.as_of_date + rule.respond_days::integer as due_date,
    jsonb_build_object(
        'as_of_date', run.as_of_date,
        'indicator', rule.indicator,
        'operator', rule.operator,
        'threshold', rule.threshold::double precision,
        'value', indicator.value,
        'exposure_amount', customer.exposure_amount,
        'past_due_amount', customer.past_due_amount,
        'dpd_days', customer.dpd_days,
        'pd', customer.pd,
        'tier', customer.tier,
        'name_en', rule.name_en,
        'name_zh', rule.name_zh,
        'remedy_en', rule.remedy_en
    ) as evidence
from decision_indicator as indicator
cross join decision_run as run
inner join policy_alert_rule as rule on rule.indicator = indicator.indicator
inner join decision_customer as customer on customer.customer_id = indicator.customer_id
where
    meets(indicator.value, rule.operator, rule.threshold::double precision)
    and customer.exposure_amount >= rule.min_exposure_amount::numeric
order by
    customer.customer_id,
    rule.rule_code,
    array_position(array['minor', 'major', 'critical'], rule.severity) desc;

create temporary table decision_standing_alert on commit drop as
select
    alert.customer_id,
    alert.alert_id,
    alert.rule_code,
    alert.status,
    alert.severity,
    array_position(array['minor', 'major', 'critical'], alert.severity) as severity_rank
from alert
where alert.status in ('open', 'acknowledged', 'snoozed');

analyze decision_hit;
analyze decision_standing_alert;
