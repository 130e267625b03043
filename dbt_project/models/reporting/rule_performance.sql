{{ config(materialized='view', schema='bi', persist_docs={'relation': true, 'columns': true}) }}

with alert as (
    select
        alert.*,
        alert.opened_date + {{ var('horizon_days') }} as mature_date
    from {{ source('risk', 'alert') }} as alert
    where alert.subject_level = 'customer'
),

customer as (
    select
        publication.as_of_date,
        feature.customer_id,
        feature.is_in_default
    from {{ source('ledger', 'publication') }} as publication
    inner join {{ ref('fct_customer_features') }} as feature
        on publication.run_id = feature.run_id and publication.as_of_date = feature.as_of_date
    where publication.superseded_at is null
),

newest as (
    select max(as_of_date) as as_of_date
    from {{ source('ledger', 'publication') }}
    where superseded_at is null
),

default_start as (
    select
        customer_id,
        as_of_date as default_date
    from (
        select
            customer_id,
            as_of_date,
            is_in_default,
            lag(is_in_default) over (partition by customer_id order by as_of_date) as was_in_default
        from customer
    ) as followed
    where is_in_default and was_in_default is false
),

-- An alert on a customer already in default cannot foretell one. An alert is judged on the days that followed it, so
-- not where retention has removed them.
judged as (
    select
        alert.alert_id,
        alert.customer_id,
        alert.rule_code,
        alert.rule_version,
        alert.opened_date,
        alert.mature_date <= newest.as_of_date
        and (detail.since_date is null or alert.opened_date >= detail.since_date)
        and not coalesce(opening.is_in_default, false) as is_judged,
        min(default_start.default_date) as default_date
    from alert
    cross join newest
    cross join {{ ref('rpt_daily_detail') }} as detail
    left join customer as opening
        on alert.customer_id = opening.customer_id and alert.opened_date = opening.as_of_date
    left join default_start
        on
            alert.customer_id = default_start.customer_id
            and alert.opened_date < default_start.default_date
            and alert.mature_date >= default_start.default_date
    group by
        alert.alert_id, alert.customer_id, alert.rule_code, alert.rule_version, alert.opened_date,
        alert.mature_date, newest.as_of_date, detail.since_date, opening.is_in_default
)

select
    rule_code,
    rule_version,
    count(*) as alert_count,
    count(*) filter (where is_judged) as judged_count,
    count(*) filter (where is_judged and default_date is not null) as confirmed_count,
    (
        count(*) filter (where is_judged and default_date is not null)
        / nullif(count(*) filter (where is_judged), 0)::numeric
    )::double precision as precision_ratio,
    percentile_cont(0.5) within group (order by default_date - opened_date)
    filter (where is_judged and default_date is not null) as median_lead_days,
    min(opened_date) as first_opened_date,
    max(opened_date) as last_opened_date
from judged
group by rule_code, rule_version
