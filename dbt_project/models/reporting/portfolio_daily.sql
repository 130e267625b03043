{{ config(materialized='view', schema='bi', persist_docs={'relation': true, 'columns': true}) }}

with customer as (
    select * from {{ ref('rpt_published_customer') }}
),

alert as (
    select * from {{ source('risk', 'alert') }}
),

daily as (
    select
        as_of_date,
        run_id,
        published_at,
        min(policy_version) as policy_version,
        min(model_name || ' ' || model_version) as model_version,
        bool_or(is_hindsight) as is_hindsight,
        count(*) as customer_count,
        count(*) filter (where tier = 'high') as high_count,
        count(*) filter (where tier = 'medium') as medium_count,
        count(*) filter (where tier = 'low') as low_count,
        count(*) filter (where tier_step > 0) as risen_count,
        count(*) filter (where tier_step < 0) as fallen_count,
        case when count(dpd_days) > 0 then count(*) filter (where dpd_days > 0) end as past_due_count,
        count(*) filter (where is_in_default) as in_default_count,
        sum(exposure_amount) as exposure_amount,
        sum(past_due_amount) as past_due_amount,
        coalesce(sum(exposure_amount) filter (where tier = 'high'), 0) as high_exposure_amount,
        avg(pd::numeric)::double precision as mean_pd,
        (sum(pd::numeric * exposure_amount) / nullif(sum(exposure_amount), 0))::double precision as weighted_pd
    from customer
    group by as_of_date, run_id, published_at
)

select
    daily.as_of_date,
    daily.customer_count,
    daily.high_count,
    daily.medium_count,
    daily.low_count,
    daily.risen_count,
    daily.fallen_count,
    daily.past_due_count,
    daily.in_default_count,
    daily.exposure_amount::numeric(24, 4) as exposure_amount,
    daily.past_due_amount::numeric(24, 4) as past_due_amount,
    (daily.past_due_amount / nullif(daily.exposure_amount, 0))::double precision as arrears_ratio,
    daily.high_exposure_amount::numeric(24, 4) as high_exposure_amount,
    daily.mean_pd,
    daily.weighted_pd,
    alerts.opened_alert_count,
    alerts.open_alert_count,
    daily.model_version,
    daily.is_hindsight,
    daily.policy_version,
    daily.run_id,
    daily.published_at
from daily
left join lateral (
    select
        count(*) filter (where alert.opened_date = daily.as_of_date) as opened_alert_count,
        count(*) filter (where alert.closed_date is null or alert.closed_date > daily.as_of_date) as open_alert_count
    from alert
    where alert.opened_date <= daily.as_of_date
) as alerts on true
