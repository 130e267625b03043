-- One row per version of one customer in a unit of a building for a period.
select
    occupancy_id,
    customer_id,
    building_id,
    unit_code,
    floor_area_sqm,
    start_date,
    end_date,
    is_anchor,
    is_deleted,
    start_date as effective_date,
    observed_at as known_from,
    superseded_at
from {{ versions('occupancy', ['customer_id', 'occupancy_id']) }} as version
