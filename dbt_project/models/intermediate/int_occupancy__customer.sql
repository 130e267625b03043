-- Units taken. Grain: customer x as_of_date, customers who ever had a unit.
select
    as_of_date,
    customer_id,
    coalesce(sum(floor_area_sqm) filter (where is_current), 0) as occupied_area_sqm,
    count(*) filter (where is_current) as unit_count,
    as_of_date - min(start_date) as occupancy_age_days,
    count(*) filter (where {{ within('start_date', 365) }}) as move_in_365d_count,
    count(*) filter (where {{ within('end_date', 365) }}) as move_out_365d_count,
    bool_or(is_anchor and is_current) as is_anchor_tenant
from {{ ref('int_occupancy__known') }}
group by 1, 2
