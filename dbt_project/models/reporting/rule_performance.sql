{{ config(materialized='view', schema='bi', persist_docs={'relation': true, 'columns': true}) }}

with part as (
    select
        date_trunc('month', opened_date)::date as month,
        opened_building_id as building_id,
        rule_code,
        rule_version,
        subject_level,
        standing_days,
        is_judged,
        is_judged and is_confirmed as is_confirmed,
        outcome_code = 'false_alarm' as is_false_alarm,
        false as is_default,
        false as is_caught,
        false as is_unseen,
        null::integer as lead_days
    from {{ ref('rpt_judged_alert') }}
    union all
    select
        date_trunc('month', default_date)::date as month,
        building_id,
        rule_code,
        rule_version,
        'customer' as subject_level,
        null as standing_days,
        false as is_judged,
        false as is_confirmed,
        false as is_false_alarm,
        is_judged as is_default,
        is_judged and first_opened_date is not null as is_caught,
        is_judged and not is_seen as is_unseen,
        case when is_judged then default_date - first_opened_date end as lead_days
    from {{ ref('rpt_default_rule') }}
)

select
    month,
    building_id,
    rule_code,
    rule_version,
    subject_level,
    count(standing_days) as alert_count,
    coalesce(sum(standing_days), 0) as standing_days,
    count(*) filter (where is_false_alarm) as false_alarm_count,
    count(*) filter (where is_judged) as judged_count,
    count(*) filter (where is_confirmed) as confirmed_count,
    (count(*) filter (where is_confirmed) / nullif(count(*) filter (where is_judged), 0)::numeric)::double precision
        as precision_ratio,
    count(*) filter (where is_default) as default_count,
    count(*) filter (where is_caught) as caught_count,
    count(*) filter (where is_unseen) as unseen_count,
    (count(*) filter (where is_caught) / nullif(count(*) filter (where is_default), 0)::numeric)::double precision
        as recall_ratio,
    percentile_cont(0.5) within group (order by lead_days) as median_lead_days
from part
group by month, building_id, rule_code, rule_version, subject_level
