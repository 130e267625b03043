{{ config(post_hook="create index if not exists dim_building_key on {{ this }} (building_id, valid_from_date)") }}

-- Grain: building x validity interval x knowledge interval. Both intervals hold their start and not their end.
-- What was known changes whenever any version of the building becomes known; between two such instants every
-- description holds until the next one begins.
with instant as (
    select distinct
        building_id,
        known_from
    from {{ ref('stg_landing__building') }}
),

span as (
    select
        building_id,
        known_from,
        lead(known_from) over (partition by building_id order by known_from) as known_to
    from instant
)

select
    current_version.building_id,
    current_version.building_name,
    current_version.building_type_code,
    current_version.city_name,
    current_version.district_name,
    current_version.manager_id,
    current_version.manager_name,
    current_version.floor_area_sqm,
    current_version.unit_count,
    current_version.opened_date,
    current_version.valid_from_date,
    lead(current_version.valid_from_date) over (
        partition by current_version.building_id, span.known_from
        order by current_version.valid_from_date
    ) as valid_to_date,
    span.known_from,
    span.known_to
from span
inner join {{ ref('stg_landing__building') }} as current_version
    on
        span.building_id = current_version.building_id
        and span.known_from >= current_version.known_from
        and (current_version.superseded_at is null or current_version.superseded_at > span.known_from)
        and not current_version.is_deleted
