-- How the other anchor tenants of a customer's building do. Grain: customer x as_of_date, customers in whose building
-- another anchor is, or was in the last 365 days.
with anchor as (
    select
        unit.as_of_date,
        unit.building_id,
        unit.customer_id as anchor_id,
        bool_or(unit.is_anchor and unit.is_current) as is_here,
        bool_or(unit.is_anchor and not unit.is_current and unit.end_date > unit.as_of_date - 365)
        and not bool_or(unit.is_current) as has_left
    from {{ ref('int_occupancy__known') }} as unit
    group by 1, 2, 3
    having bool_or(unit.is_anchor and (unit.is_current or unit.end_date > unit.as_of_date - 365))
)

select
    member.as_of_date,
    member.customer_id,
    bool_or(standing.dpd_days > 0) filter (where anchor.is_here) as has_anchor_past_due,
    bool_or(anchor.has_left) as has_anchor_left_365d
from {{ ref('int_context__standing') }} as member
inner join anchor
    on
        member.as_of_date = anchor.as_of_date
        and member.building_id = anchor.building_id
        and member.customer_id <> anchor.anchor_id
left join {{ ref('int_repayment__customer') }} as standing
    on anchor.as_of_date = standing.as_of_date and anchor.anchor_id = standing.customer_id
group by 1, 2
