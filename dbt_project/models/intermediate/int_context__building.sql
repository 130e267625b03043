-- What is known of the customer's building. Grain: customer x as_of_date, customers with a building.
with building as (
    select distinct on (dates.as_of_date, described.building_id)
        dates.as_of_date, described.building_id, described.building_type_code, described.opened_date,
        described.floor_area_sqm
    from {{ ref('int_spine__date') }} as dates
    inner join {{ ref('stg_landing__building') }} as described on {{ known_at('described', 'dates') }}
    order by dates.as_of_date, described.building_id, described.valid_from_date desc
),

member as (
    select place.as_of_date, place.customer_id, place.building_id, exposure.exposure_amount as amount
    from {{ ref('int_customer__main_building') }} as place
    inner join {{ ref('int_spine__customer_date') }} using (as_of_date, customer_id)
    left join {{ ref('int_exposure__customer') }} as exposure using (as_of_date, customer_id)
),

concentration as (
    select
        as_of_date,
        building_id,
        (sum(amount * amount) / nullif(sum(amount) * sum(amount), 0))::double precision as hhi_ratio
    from member
    group by 1, 2
),

let as (
    select as_of_date, building_id, sum(floor_area_sqm) as area_sqm
    from {{ ref('int_occupancy__known') }}
    where is_current
    group by 1, 2
)

select
    member.as_of_date,
    member.customer_id,
    building.building_type_code,
    member.as_of_date - building.opened_date as building_age_days,
    concentration.hhi_ratio as building_hhi_ratio,
    {{ ratio('let.area_sqm', 'building.floor_area_sqm') }} as building_occupied_ratio
from member
left join building using (as_of_date, building_id)
left join concentration using (as_of_date, building_id)
left join let using (as_of_date, building_id)
