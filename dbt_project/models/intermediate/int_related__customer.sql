-- Related parties and how they stand. Grain: customer x as_of_date, customers with a relation.
with relation as (
    select distinct spine.as_of_date, spine.customer_id, related.related_customer_id
    from {{ ref('int_spine__customer_date') }} as spine
    inner join {{ ref('stg_landing__related_party') }} as related
        on
            spine.customer_id = related.customer_id
            and {{ known_at('related', 'spine') }}
            and (related.end_date is null or related.end_date >= spine.as_of_date)
),

bankruptcy as (
    select distinct spine.as_of_date, event.customer_id
    from {{ ref('int_spine__date') }} as spine
    inner join {{ ref('stg_landing__default_event') }} as event
        on
            {{ known_at('event', 'spine') }}
            and event.reason_code = 'bankruptcy'
            and (event.end_date is null or event.end_date > spine.as_of_date)
),

party as (
    select
        relation.as_of_date,
        relation.customer_id,
        count(*) as related_party_count,
        count(*) filter (where standing.is_in_default) as related_in_default_count,
        count(*) filter (where standing.dpd_days > 0) as related_past_due_count,
        max(standing.dpd_days) as related_worst_dpd_days,
        bool_or(bankruptcy.customer_id is not null and bankruptcy.customer_id <> relation.customer_id)
            as has_related_bankruptcy,
        sum(standing.past_due_amount) filter (where standing.customer_id <> relation.customer_id) as past_due_amount,
        sum(exposure.exposure_amount) filter (where standing.customer_id <> relation.customer_id)
            as related_exposure_amount
    from relation
    left join {{ ref('int_repayment__customer') }} as standing
        on relation.as_of_date = standing.as_of_date and relation.related_customer_id = standing.customer_id
    left join bankruptcy
        on relation.as_of_date = bankruptcy.as_of_date and relation.related_customer_id = bankruptcy.customer_id
    left join {{ ref('int_exposure__customer') }} as exposure
        on standing.as_of_date = exposure.as_of_date and standing.customer_id = exposure.customer_id
    group by 1, 2
)

select
    party.*,
    {{ ratio('coalesce(party.past_due_amount, 0)', 'party.related_exposure_amount') }} as related_past_due_ratio,
    party.related_exposure_amount + coalesce(own.exposure_amount, 0) as group_exposure_amount
from party
left join {{ ref('int_exposure__customer') }} as own using (as_of_date, customer_id)
