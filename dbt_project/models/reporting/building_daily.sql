{{ config(materialized='view', schema='bi', persist_docs={'relation': true, 'columns': true}) }}

with customer as (
    select * from {{ ref('rpt_published_customer') }}
),

building as (
    select * from {{ ref('rpt_described_building') }}
),

daily as (
    select
        as_of_date,
        building_id,
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
        (sum(pd::numeric * exposure_amount) / nullif(sum(exposure_amount), 0))::double precision as weighted_pd,
        sum(exposure_amount ^ 2) / nullif(sum(exposure_amount), 0) ^ 2 as exposure_hhi_ratio
    from customer
    group by as_of_date, building_id
)

select
    daily.as_of_date,
    daily.building_id,
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
    (daily.past_due_amount / nullif(daily.exposure_amount, 0))::double precision as arrears_ratio,
    daily.high_exposure_amount::numeric(24, 4) as high_exposure_amount,
    daily.mean_pd,
    daily.weighted_pd,
    daily.exposure_hhi_ratio::double precision as exposure_hhi_ratio
from daily
left join building as described
    on daily.building_id = described.building_id and daily.as_of_date = described.as_of_date
