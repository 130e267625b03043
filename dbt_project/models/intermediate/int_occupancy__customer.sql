-- Units taken. Grain: customer x as_of_date, customers who ever had a unit.
with unit as (
    select
        *,
        coalesce(floor_area_sqm, 0) as area_sqm,
        start_date <= as_of_date - 365 and (end_date is null or end_date >= as_of_date - 365) as was_current
    from {{ ref('int_occupancy__known') }}
),

summed as (
    select
        as_of_date,
        customer_id,
        coalesce(sum(area_sqm) filter (where is_current), 0) as occupied_area_sqm,
        sum(area_sqm) filter (where was_current) as earlier_area_sqm,
        coalesce(sum(area_sqm) filter (where is_current and end_date < as_of_date + 90), 0) as ending_area_sqm,
        count(*) filter (where is_current) as unit_count,
        count(distinct building_id) filter (where is_current) as occupied_building_count,
        as_of_date - min(start_date) as occupancy_age_days,
        as_of_date - min(start_date) filter (where is_current) as current_occupancy_age_days,
        min(end_date) filter (where is_current) - as_of_date as days_to_occupancy_end_days,
        {% for days in (90, 365) -%}
            count(*) filter (where {{ within('start_date', days) }}) as move_in_{{ days }}d_count,
            count(*) filter (where {{ within('end_date', days) }}) as move_out_{{ days }}d_count,
        {% endfor -%}
        bool_or(is_anchor and is_current) as is_anchor_tenant
    from unit
    group by 1, 2
)

select
    *,
    occupied_area_sqm - earlier_area_sqm as occupied_area_change_365d_sqm,
    {{ ratio('occupied_area_sqm - earlier_area_sqm', 'earlier_area_sqm') }} as occupied_area_change_365d_ratio,
    {{ ratio('ending_area_sqm', 'occupied_area_sqm') }} as area_ending_90d_ratio
from summed
