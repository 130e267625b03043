{{ config(materialized='ephemeral') }}

select
    as_of_date,
    run_id,
    published_at,
    -- The instant at which the date ends in the portfolio's time zone: what was known before it counts.
    (as_of_date + 1)::timestamp at time zone '{{ var("timezone") }}' as cutoff_at
from {{ source('ledger', 'publication') }}
where superseded_at is null
