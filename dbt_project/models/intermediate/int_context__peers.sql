-- How the others of the same building and industry stand. Grain: customer x as_of_date.
-- The customer itself is left out. Shares of small groups lean on the portfolio's:
-- shrinkage_customers of them are added.
with standing as (
    select
        *,
        (dpd_days > 0)::integer as is_late,
        is_in_default::integer as is_bad,
        case when past_due_amount is not null then exposure_amount end as judged_amount
    from {{ ref('int_context__standing') }}
),

counted as (
    select
        *,
        {% for group in ('building', 'industry') -%}
            count(is_late) over {{ group }} - coalesce((is_late is not null)::integer, 0) as {{ group }}_peers,
            coalesce(sum(is_late) over {{ group }}, 0) - coalesce(is_late, 0) as {{ group }}_late,
            sum(past_due_amount) over {{ group }} - coalesce(past_due_amount, 0) as {{ group }}_late_amount,
            sum(judged_amount) over {{ group }} - coalesce(judged_amount, 0) as {{ group }}_judged_amount,
        {% endfor -%}
        sum(is_bad) over building - is_bad as building_bad,
        sum(exposure_amount) over building as building_exposure_amount,
        count(*) over building as building_customer_count,
        avg(is_late) over (partition by as_of_date) as portfolio_ratio
    from standing
    window
        building as (partition by as_of_date, building_id),
        industry as (partition by as_of_date, industry_code)
),

said as (
    select
        *,
        building_id is not null as has_building,
        industry_code is not null as has_industry
    from counted
)

select
    as_of_date,
    customer_id,
    building_id,
    case when has_building then building_customer_count end as building_customer_count,
    {% for group in ('building', 'industry') -%}
        case
            when has_{{ group }} and {{ group }}_peers > 0
                then
                    (
                        ({{ group }}_late + {{ var('shrinkage_customers') }} * portfolio_ratio)
                        / ({{ group }}_peers + {{ var('shrinkage_customers') }})
                    )::double precision
        end as {{ group }}_arrears_ratio,
        case when has_{{ group }} then {{ ratio(group ~ "_late_amount", group ~ "_judged_amount") }} end
            as {{ group }}_past_due_amount_ratio,
    {% endfor -%}
    case when has_building and building_peers > 0 then building_late end as building_past_due_customer_count,
    case when has_building and building_customer_count > 1 then building_bad end as building_in_default_customer_count,
    case when has_building then {{ ratio('exposure_amount', 'building_exposure_amount') }} end
        as building_exposure_share_ratio
from said
