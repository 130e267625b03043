{{ config(materialized='view', schema='bi', persist_docs={'relation': true, 'columns': true}) }}

with indicator as (
    select
        industry_code,
        indicator_code,
        period_end_date,
        indicator_value,
        is_deleted,
        period_end_date as effective_date,
        observed_at as known_from,
        superseded_at
    from {{ versions('industry_indicator', ['industry_code', 'indicator_code', 'period_end_date']) }} as version
),

daily as (
    select
        groups.*,
        groups.subject_id as industry_code
    from {{ ref('rpt_group_day') }} as groups
    where groups.level_code = 'industry' and groups.subject_id is not null
)

select
    daily.as_of_date,
    daily.industry_code,
    daily.customer_count,
    daily.high_count,
    daily.risen_count,
    daily.in_default_count,
    daily.exposure_amount::numeric(24, 4) as exposure_amount,
    daily.past_due_amount::numeric(24, 4) as past_due_amount,
    daily.arrears_ratio,
    (
        daily.exposure_amount / nullif(sum(daily.exposure_amount) over (partition by daily.as_of_date), 0)
    )::double precision
        as exposure_share_ratio,
    daily.mean_pd,
    known.indicators
from daily
left join lateral (
    select jsonb_object_agg(newest.indicator_code, newest.indicator_value) as indicators
    from (
        select distinct on (indicator.indicator_code)
            indicator.indicator_code,
            indicator.indicator_value
        from indicator
        where
            indicator.industry_code = daily.industry_code
            and {{ known_at('indicator', 'daily') }}
        order by indicator.indicator_code, indicator.period_end_date desc
    ) as newest
) as known on true
