-- Change of inflows beside that of the peers, which takes season and common trend out. Grain: customer x as_of_date.
-- Peers are of the same type and industry, the customer among them; fewer than least_peers say nothing.
with change as (
    select
        spine.as_of_date,
        spine.customer_id,
        spine.customer_type_code,
        spine.industry_code,
        derived.inflow_change_90d_ratio as change_ratio
    from {{ ref('int_spine__customer_date') }} as spine
    inner join {{ ref('int_derived__ratios') }} as derived using (as_of_date, customer_id)
),

peer as (
    select
        as_of_date,
        customer_type_code,
        industry_code,
        percentile_cont(0.5) within group (order by change_ratio) as median_ratio
    from change
    where change_ratio is not null
    group by 1, 2, 3
    having count(*) >= {{ var('least_peers') }}
)

select
    change.as_of_date,
    change.customer_id,
    change.change_ratio - peer.median_ratio as inflow_change_90d_to_peers_ratio
from change
inner join peer
    on
        change.as_of_date = peer.as_of_date
        and change.customer_type_code is not distinct from peer.customer_type_code
        and change.industry_code is not distinct from peer.industry_code
