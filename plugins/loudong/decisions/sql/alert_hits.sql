-- The gravest severity of every rule that a subject meets today, with what was seen.
create temporary table decision_hit on commit drop as
select
    outcome.customer_id,
    outcome.subject_level,
    outcome.subject_id,
    rule.rule_code,
    rule.rule_version::text as rule_version,
    rule.severity,
    place.severity_rank,
    rule.indicator,
    coalesce((seen.indicators ->> rule.indicator)::double precision, several.met_count) as value,
    rule.threshold::double precision as threshold,
    rule.owner_role,
    case rule.owner_role
        when 'building_manager' then outcome.building_manager_id
        when 'relationship_manager' then outcome.relationship_manager_id
    end as owner_id,
    outcome.subject_exposure_amount as exposure_amount,
    run.as_of_date as hit_date,
    run.as_of_date + rule.respond_days::integer as due_date,
    decision_rule.cooldown_days,
    jsonb_strip_nulls(
        jsonb_build_object(
            'as_of_date', run.as_of_date,
            'indicator', rule.indicator,
            'operator', rule.operator,
            'threshold', rule.threshold::double precision,
            'value', coalesce((seen.indicators ->> rule.indicator)::double precision, several.met_count),
            'conditions', several.conditions,
            'exposure_amount', outcome.subject_exposure_amount,
            'customer_count', outcome.subject_customer_count,
            'past_due_amount', customer.past_due_amount,
            'dpd_days', customer.dpd_days,
            'pd', customer.pd,
            'tier', customer.tier,
            'area_code', rule.area_code,
            'kind_code', rule.kind_code,
            'respond_days', rule.respond_days::integer,
            'resolve_days', rule.resolve_days::integer,
            'name_en', rule.name_en,
            'name_zh', rule.name_zh,
            'why_en', rule.why_en,
            'why_zh', rule.why_zh,
            'remedy_en', rule.remedy_en,
            'remedy_zh', rule.remedy_zh
        )
    ) as evidence
from decision_outcome as outcome
cross join decision_run as run
inner join decision_rule on decision_rule.level_code = outcome.subject_level
cross join lateral (
    select position(substr(outcome.outcomes, decision_rule.rule_position, 1) in '123') as severity_rank
) as place
inner join policy_alert_rule as rule
    on
        rule.rule_code = decision_rule.rule_code
        and rule.severity = (array['minor', 'major', 'critical'])[place.severity_rank]
left join decision_customer as customer on customer.customer_id = outcome.customer_id
cross join lateral (
    select to_jsonb(feature) as indicators from decision_feature as feature
    where feature.customer_id = outcome.customer_id
    union all
    select to_jsonb(part) from decision_group as part where part.customer_id = outcome.customer_id
) as seen
cross join lateral (
    select
        nullif(count(*), 0)::double precision as met_count,
        jsonb_agg(
            jsonb_build_object(
                'indicator', condition.indicator,
                'operator', condition.operator,
                'threshold', condition.threshold::double precision,
                'value', (seen.indicators ->> condition.indicator)::double precision,
                'name_en', condition.name_en,
                'name_zh', condition.name_zh
            ) order by condition.condition_code
        ) as conditions
    from policy_alert_condition as condition
    where
        condition.rule_code = rule.rule_code
        and meets(
            (seen.indicators ->> condition.indicator)::double precision,
            condition.operator,
            condition.threshold::double precision
        )
) as several
where outcome.outcomes ~ '[123]' and place.severity_rank > 0;

create index on decision_hit (customer_id, rule_code);
analyze decision_hit;
