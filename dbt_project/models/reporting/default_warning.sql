{{ config(materialized='view', schema='bi', persist_docs={'relation': true, 'columns': true}) }}

select
    customer_id,
    default_date,
    building_id,
    industry_code,
    exposure_amount,
    bool_or(is_judged) as is_judged,
    is_seen,
    min(first_opened_date) as first_opened_date,
    default_date - min(first_opened_date) as lead_days,
    array_agg(rule_code order by first_opened_date, rule_code) filter (where first_opened_date is not null)
        as rule_codes
from {{ ref('rpt_default_rule') }}
group by customer_id, default_date, building_id, industry_code, exposure_amount, is_seen
