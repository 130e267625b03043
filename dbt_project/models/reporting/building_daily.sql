{{ config(materialized='view', schema='bi', persist_docs={'relation': true, 'columns': true}) }}

with daily as (
    select * from {{ ref('rpt_group_day') }}
    where level_code = 'building'
),

building as (
    select * from {{ ref('rpt_described_building') }}
),

-- The newest published date at least 30 days before: how the building looked then.
before as (
    select
        daily.as_of_date,
        daily.subject_id,
        earlier.arrears_ratio,
        earlier.weighted_pd
    from daily
    inner join lateral (
        select then_run.run_id
        from {{ ref('rpt_published_date') }} as then_run
        where then_run.as_of_date <= daily.as_of_date - 30
        order by then_run.as_of_date desc
        limit 1
    ) as newest on true
    inner join {{ ref('rpt_group_day') }} as earlier
        on
            newest.run_id = earlier.run_id
            and daily.subject_id = earlier.subject_id
            and earlier.level_code = 'building'
)

select
    daily.as_of_date,
    daily.subject_id as building_id,
    described.building_name,
    described.building_type_code,
    described.city_name,
    described.building_manager_id,
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
    daily.exposure_hhi_ratio,
    (daily.anchor_exposure_amount / nullif(daily.exposure_amount, 0))::double precision as anchor_share_ratio,
    daily.arrears_ratio - before.arrears_ratio as arrears_ratio_change_30d,
    daily.weighted_pd - before.weighted_pd as weighted_pd_change_30d,
    (
        (sum(daily.past_due_amount) over city - daily.past_due_amount)
        / nullif(sum(daily.exposure_amount) over city - daily.exposure_amount, 0)
    )::double precision as neighbour_arrears_ratio
from daily
left join building as described
    on daily.subject_id = described.building_id and daily.as_of_date = described.as_of_date
left join before on daily.as_of_date = before.as_of_date and daily.subject_id = before.subject_id
window city as (partition by daily.as_of_date, described.city_name)
