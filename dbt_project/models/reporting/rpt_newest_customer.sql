{{ config(materialized='ephemeral') }}

-- Customers on the newest published date: who an alert or a task is about, as known then.
select
    customer.as_of_date,
    customer.customer_id,
    customer.building_id,
    customer.tier,
    customer.pd,
    customer.exposure_amount,
    identity.customer_name_masked
from {{ ref('rpt_published_customer') }} as customer
left join lateral (
    select known.customer_name_masked
    from {{ ref('rpt_masked_customer') }} as known
    where
        known.customer_id = customer.customer_id
        and known.valid_from_date <= customer.as_of_date
        and (known.valid_to_date is null or known.valid_to_date > customer.as_of_date)
        and known.known_from < customer.cutoff_at
        and (known.known_to is null or known.known_to >= customer.cutoff_at)
    order by known.valid_from_date desc, known.known_from desc
    limit 1
) as identity on true
where
    customer.as_of_date = (
        select max(newest.as_of_date)
        from {{ source('ops', 'publication') }} as newest
        where newest.superseded_at is null
    )
