-- How the others of the same building and industry stand. Grain: customer x as_of_date.
-- The customer itself is left out. Shares of small groups lean on the portfolio's:
-- shrinkage_customers of them are added.
with standing as (
    select
        spine.as_of_date,
        spine.customer_id,
        spine.industry_code,
        place.building_id,
        (repayment.dpd_days > 0)::integer as is_late,
        repayment.is_in_default::integer as is_bad
    from {{ ref('int_spine__customer_date') }} as spine
    inner join {{ ref('int_repayment__customer') }} as repayment using (as_of_date, customer_id)
    left join {{ ref('int_customer__main_building') }} as place using (as_of_date, customer_id)
),

counted as (
    select
        *,
        count(is_late) over building - coalesce((is_late is not null)::integer, 0) as building_peers,
        coalesce(sum(is_late) over building, 0) - coalesce(is_late, 0) as building_late,
        count(is_late) over industry - coalesce((is_late is not null)::integer, 0) as industry_peers,
        coalesce(sum(is_late) over industry, 0) - coalesce(is_late, 0) as industry_late,
        count(*) over building as building_customer_count,
        avg(is_late) over (partition by as_of_date) as portfolio_ratio
    from standing
    window
        building as (partition by as_of_date, building_id),
        industry as (partition by as_of_date, industry_code)
)

select
    as_of_date,
    customer_id,
    building_id,
    case when building_id is not null then building_customer_count end as building_customer_count,
    case
        when building_id is not null and building_peers > 0
            then
                (
                    (building_late + {{ var('shrinkage_customers') }} * portfolio_ratio)
                    / (building_peers + {{ var('shrinkage_customers') }})
                )::double precision
    end as building_arrears_ratio,
    case
        when industry_code is not null and industry_peers > 0
            then
                (
                    (industry_late + {{ var('shrinkage_customers') }} * portfolio_ratio)
                    / (industry_peers + {{ var('shrinkage_customers') }})
                )::double precision
    end as industry_arrears_ratio
from counted
