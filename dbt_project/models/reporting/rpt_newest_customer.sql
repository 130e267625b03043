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
left join {{ ref('rpt_described_customer') }} as identity
    on customer.customer_id = identity.customer_id and customer.as_of_date = identity.as_of_date
where
    customer.as_of_date = (
        select max(newest.as_of_date)
        from {{ source('ledger', 'publication') }} as newest
        where newest.superseded_at is null
    )
