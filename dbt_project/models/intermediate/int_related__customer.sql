-- Related parties and how they stand. Grain: customer x as_of_date, customers with a relation.
with relation as (
    select distinct spine.as_of_date, spine.customer_id, related.related_customer_id
    from {{ ref('int_spine__customer_date') }} as spine
    inner join {{ ref('stg_landing__related_party') }} as related
        on
            spine.customer_id = related.customer_id
            and {{ known_at('related', 'spine') }}
            and (related.end_date is null or related.end_date >= spine.as_of_date)
)

select
    relation.as_of_date,
    relation.customer_id,
    count(*) as related_party_count,
    count(*) filter (where standing.is_in_default) as related_in_default_count,
    max(standing.dpd_days) as related_worst_dpd_days
from relation
left join {{ ref('int_repayment__customer') }} as standing
    on relation.as_of_date = standing.as_of_date and relation.related_customer_id = standing.customer_id
group by 1, 2
