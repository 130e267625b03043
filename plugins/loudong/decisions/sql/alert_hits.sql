-- What the rules saw of the subjects that some rule hits.
create temporary table decision_seen on commit drop as
select feature.customer_id, to_jsonb(feature) as indicators
from decision_feature as feature
inner join decision_outcome as outcome using (customer_id)
where outcome.outcomes ~ '[123]'
union all
select part.customer_id, to_jsonb(part) as indicators
from decision_group as part
inner join decision_outcome as outcome using (customer_id)
where outcome.outcomes ~ '[123]';

create unique index on decision_seen (customer_id);
analyze decision_seen;

-- The gravest severity of every rule that a subject meets today, with what was seen.
create temporary table decision_hit on commit drop as
select
    outcome.customer_id,
    outcome.subject_level,
    outcome.subject_id,
    rule.rule_code,
    rule.rule_version,
    rule.severity,
    rule.severity_rank,
    rule.indicator,
    coalesce((seen.indicators ->> rule.indicator)::double precision, several.met_count) as value,
    rule.threshold,
    rule.owner_role,
    case rule.owner_role
        when 'building_manager' then outcome.building_manager_id
        when 'relationship_manager' then outcome.relationship_manager_id
    end as owner_id,
    outcome.subject_exposure_amount as exposure_amount,
    run.as_of_date as hit_date,
    run.as_of_date + rule.respond_days as due_date,
    rule.cooldown_days,
    case when run.is_traced then rule.evidence || jsonb_strip_nulls(
        jsonb_build_object(
            'as_of_date', run.as_of_date,
            'value', coalesce((seen.indicators ->> rule.indicator)::double precision, several.met_count),
            'conditions', several.conditions,
            'exposure_amount', outcome.subject_exposure_amount,
            'customer_count', outcome.subject_customer_count,
            'past_due_amount', customer.past_due_amount,
            'dpd_days', customer.dpd_days,
            'pd', customer.pd,
            'tier', customer.tier
        )
    ) else '{}' end as evidence
from decision_seen as seen
inner join decision_outcome as outcome on outcome.customer_id = seen.customer_id
cross join decision_run as run
inner join decision_severity as rule
    on
        rule.level_code = outcome.subject_level
        and substr(outcome.outcomes, rule.rule_position, 1) = rule.severity_rank::text
left join decision_customer as customer on customer.customer_id = outcome.customer_id
left join lateral (
    select
        count(*)::double precision as met_count,
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
    having count(*) > 0
) as several on rule.indicator = 'conditions_met_count';

create index on decision_hit (customer_id, rule_code);
analyze decision_hit (customer_id, rule_code);
