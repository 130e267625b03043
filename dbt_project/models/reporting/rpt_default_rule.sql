{{ config(materialized='ephemeral') }}

-- A rule saw a default coming when an alert of it stood on some day of the horizon before, opened ahead of the default
-- on a customer who was not in one. A default is judged when the rule was watched, fairly, for that whole horizon.
select
    started.customer_id,
    started.default_date,
    started.building_id,
    started.industry_code,
    started.exposure_amount,
    rule.rule_code,
    rule.rule_version,
    rule.fair_since_date <= started.default_date - {{ var('horizon_days') }} as is_judged,
    min(alert.opened_date) as first_opened_date,
    -- By this rule or by another.
    count(min(alert.opened_date)) over (partition by started.customer_id, started.default_date) > 0 as is_seen
from {{ ref('rpt_default_start') }} as started
inner join {{ ref('rpt_rule_day') }} as rule on started.default_date = rule.as_of_date and rule.level_code = 'customer'
left join {{ source('risk', 'alert') }} as alert
    on
        started.customer_id = alert.customer_id
        and rule.rule_code = alert.rule_code
        and alert.opened_date between rule.fair_since_date and started.default_date - 1
        and alert.opened_in_default is not true
        and coalesce(alert.closed_date, started.default_date) >= started.default_date - {{ var('horizon_days') }}
group by
    started.customer_id, started.default_date, started.building_id, started.industry_code, started.exposure_amount,
    rule.rule_code, rule.rule_version, rule.fair_since_date
