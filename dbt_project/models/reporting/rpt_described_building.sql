{{ config(materialized='ephemeral') }}

-- From landing, not from dim_building: dbt replaces that table before the gates have judged, and would drop the bi
-- views with it.
with version as (
    select
        building_id,
        building_name,
        building_type_code,
        city_name,
        manager_id,
        is_deleted,
        valid_from_date as effective_date,
        observed_at as known_from,
        superseded_at
    from {{ versions('building', ['building_id', 'valid_from_date']) }} as version
)

select distinct on (published.as_of_date, version.building_id)
    published.as_of_date,
    version.building_id,
    version.building_name,
    version.building_type_code,
    version.city_name,
    version.manager_id as building_manager_id
from {{ ref('rpt_published_date') }} as published
inner join version on {{ known_at('version', 'published') }}
order by published.as_of_date, version.building_id, version.effective_date desc
