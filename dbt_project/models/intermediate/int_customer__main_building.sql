-- The building a customer belongs to. Grain: customer x as_of_date.
-- The newest current occupancy decides, else the newest open contract that names a building.
with places as (
    select as_of_date, customer_id, building_id, 1 as preference, start_date, occupancy_id as place_id
    from {{ ref('int_occupancy__known') }}
    where is_current
    union all
    select as_of_date, customer_id, building_id, 2 as preference, start_date, contract_id as place_id
    from {{ ref('int_contract__known') }}
    where building_id is not null and is_open
    union all
    select as_of_date, customer_id, building_id, 3 as preference, start_date, contract_id as place_id
    from {{ ref('int_contract__known') }}
    where building_id is not null and not is_open
)

select distinct on (as_of_date, customer_id) as_of_date, customer_id, building_id
from places
order by as_of_date, customer_id, preference, start_date desc, place_id
