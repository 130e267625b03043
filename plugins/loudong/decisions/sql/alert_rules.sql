-- Every rule once, with its place in the letters of its level, and what its severities share.
create temporary table decision_rule on commit drop as
select
    rule.rule_code,
    min(rule.rule_version)::text as rule_version,
    min(rule.level_code) as level_code,
    false as uses_model,
    min(rule.indicator) as indicator,
    min(rule.cooldown_days::integer) as cooldown_days,
    min(rule.lapse_days::integer) as lapse_days,
    row_number() over (partition by min(rule.level_code) order by rule.rule_code)::integer as rule_position
from policy_alert_rule as rule
group by rule.rule_code;

analyze decision_rule;

-- Every severity of it, with what an alert says of the rule itself.
create temporary table decision_severity on commit drop as
select
    rule.rule_code,
    rule.rule_version::text as rule_version,
    rule.severity,
    array_position(array['minor', 'major', 'critical'], rule.severity) as severity_rank,
    rule.indicator,
    rule.threshold::double precision as threshold,
    rule.owner_role,
    rule.respond_days::integer as respond_days,
    decision_rule.level_code,
    decision_rule.rule_position,
    decision_rule.cooldown_days,
    jsonb_build_object(
        'indicator', rule.indicator,
        'operator', rule.operator,
        'threshold', rule.threshold::double precision,
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
    ) as evidence
from policy_alert_rule as rule
inner join decision_rule using (rule_code);

analyze decision_severity;

-- What is to change of alerts that stand, each with its reason; alerts_changed carries it out.
create temporary table decision_alert_change (
    customer_id text, alert_id bigint, kind_code text, as_of_date date, actor text, reason text, run_id text,
    new_values jsonb
) on commit drop;
