-- How the customer's industry moves. Grain: customer x as_of_date, customers whose industry has an indicator.
-- The mean over the industry's indicators of the newest value and its change against three months before.
with indicator as (
    select
        dates.as_of_date,
        reported.industry_code,
        reported.indicator_code,
        (array_agg(reported.indicator_value order by reported.period_end_date desc))[1] as newest_value,
        (array_agg(reported.indicator_value order by reported.period_end_date desc) filter (
            where reported.period_end_date <= dates.as_of_date - 90
        ))[1] as earlier_value
    from {{ ref('int_spine__date') }} as dates
    inner join {{ ref('stg_landing__industry_indicator') }} as reported
        on {{ known_at('reported', 'dates') }} and reported.period_end_date > dates.as_of_date - 400
    group by 1, 2, 3
),

industry as (
    select
        as_of_date,
        industry_code,
        avg(newest_value)::double precision as industry_indicator_value,
        avg(newest_value - earlier_value)::double precision as industry_indicator_change_90d
    from indicator
    group by 1, 2
)

select spine.as_of_date, spine.customer_id, industry.industry_indicator_value, industry.industry_indicator_change_90d
from {{ ref('int_spine__customer_date') }} as spine
inner join industry using (as_of_date, industry_code)
