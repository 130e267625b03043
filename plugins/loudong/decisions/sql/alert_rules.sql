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

-- What is to change of alerts that stand, each with its reason; alerts_changed carries it out.
create temporary table decision_alert_change (
    customer_id text, alert_id bigint, kind_code text, as_of_date date, actor text, reason text, run_id text,
    new_values jsonb
) on commit drop;
