{{ config(materialized='view', schema='bi', persist_docs={'relation': true, 'columns': true}) }}

with alert as (
    select * from {{ source('risk', 'alert') }}
),

daily as (
    select
        groups.*,
        run.policy_version,
        model.model_version,
        model.is_hindsight
    from {{ ref('rpt_group_day') }} as groups
    inner join {{ source('ledger', 'run') }} as run on groups.run_id = run.run_id
    -- One model scores all customers of a run.
    left join lateral (
        select
            score.model_name || ' ' || score.model_version as model_version,
            score.is_hindsight
        from {{ source('risk', 'customer_score') }} as score
        where score.run_id = groups.run_id and score.as_of_date = groups.as_of_date
        order by score.as_of_date
        limit 1
    ) as model on true
    where groups.level_code = 'portfolio'
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
    daily.arrears_ratio,
    daily.high_exposure_amount::numeric(24, 4) as high_exposure_amount,
    daily.mean_pd,
    daily.weighted_pd,
    daily.expected_loss_amount::numeric(24, 4) as expected_loss_amount,
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
