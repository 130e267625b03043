{{ config(materialized='view', schema='bi', persist_docs={'relation': true, 'columns': true}) }}

with newest as (
    select
        max(as_of_date) as as_of_date,
        max(published_at) as published_at
    from {{ source('ops', 'publication') }}
    where superseded_at is null
)

select
    watermark.entity,
    watermark.row_count,
    watermark.last_effective_date,
    watermark.last_observed_at,
    watermark.last_landed_at,
    newest.as_of_date as newest_published_date,
    newest.published_at as last_published_at,
    newest.as_of_date - (watermark.last_observed_at at time zone '{{ var("timezone") }}')::date as behind_days
from {{ source('ops', 'watermark') }} as watermark
cross join newest
