-- How the customer's industry moves. Grain: customer x as_of_date, customers whose industry has an indicator.
-- The mean over the industry's indicators of the newest value, its change, and its distance to the mean of a year.
with reported as (
    select
        dates.as_of_date,
        stated.industry_code,
        stated.indicator_code,
        stated.period_end_date,
        stated.indicator_value,
        max(stated.period_end_date) over (
            partition by dates.as_of_date, stated.industry_code, stated.indicator_code
        ) as newest_date
    from {{ ref('int_spine__date') }} as dates
    inner join {{ ref('stg_landing__industry_indicator') }} as stated
        on {{ known_at('stated', 'dates') }} and stated.period_end_date > dates.as_of_date - 490
    where stated.period_end_date > {{ first_date_of_run() }} - 490
),

indicator as (
    select
        as_of_date,
        industry_code,
        indicator_code,
        max(indicator_value) filter (where period_end_date = newest_date) as newest_value,
        (array_agg(indicator_value order by period_end_date desc) filter (
            where period_end_date <= as_of_date - 90 and period_end_date > as_of_date - 400
        ))[1] as value_90d_before,
        -- A month may have 28 days.
        {% for name, days in (('30d', 28), ('365d', 365)) -%}
            (array_agg(indicator_value order by period_end_date desc) filter (
                where period_end_date <= newest_date - {{ days }}
            ))[1] as value_{{ name }}_before,
        {% endfor -%}
        avg(indicator_value) filter (where {{ within('period_end_date', 365) }}) as year_mean
    from reported
    where newest_date > as_of_date - 400
    group by 1, 2, 3
),

industry as (
    select
        as_of_date,
        industry_code,
        avg(newest_value)::double precision as industry_indicator_value,
        {% for days in (30, 90, 365) -%}
            avg(newest_value - value_{{ days }}d_before)::double precision as industry_indicator_change_{{ days }}d,
        {% endfor -%}
        avg(newest_value - year_mean)::double precision as industry_indicator_to_year_mean
    from indicator
    group by 1, 2
)

select spine.customer_id, industry.*
from {{ ref('int_spine__customer_date') }} as spine
inner join industry using (as_of_date, industry_code)
