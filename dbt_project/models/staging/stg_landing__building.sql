-- One row per version of one building as described from valid_from_date on.
select
    building_id,
    valid_from_date,
    building_name,
    building_type_code,
    city_name,
    district_name,
    manager_id,
    manager_name,
    floor_area_sqm,
    unit_count,
    opened_date,
    is_deleted,
    valid_from_date as effective_date,
    observed_at as known_from,
    superseded_at
from {{ versions('building', ['building_id', 'valid_from_date']) }} as version
