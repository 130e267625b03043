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
        and {{ described_at('known', 'customer') }}
    order by known.valid_from_date desc, known.known_from desc
    limit 1
) as identity on true
where
    customer.as_of_date = (
        select max(newest.as_of_date)
        from {{ source('ledger', 'publication') }} as newest
        where newest.superseded_at is null
    )
