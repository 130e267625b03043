{{ config(post_hook="analyze {{ this }} (as_of_date, customer_id)") }}

-- Occupancies as known. Grain: occupancy x as_of_date.
select
    dates.as_of_date,
    occupancy.customer_id,
    occupancy.occupancy_id,
    occupancy.building_id,
    occupancy.floor_area_sqm,
    occupancy.start_date,
    occupancy.end_date,
    coalesce(occupancy.is_anchor, false) as is_anchor,
    (occupancy.end_date is null or occupancy.end_date >= dates.as_of_date) as is_current
from {{ ref('int_spine__date') }} as dates
inner join {{ ref('stg_landing__occupancy') }} as occupancy on {{ known_at('occupancy', 'dates') }}
