{{ config(materialized='view', schema='bi', persist_docs={'relation': true, 'columns': true}) }}

with newest as (
    select
        max(as_of_date) as as_of_date,
        max(published_at) as published_at
    from {{ source('ledger', 'publication') }}
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
    newest.as_of_date - {{ local_date('watermark.last_observed_at') }} as behind_days,
    detail.since_date as daily_detail_since_date
from {{ source('ledger', 'watermark') }} as watermark
cross join newest
cross join {{ ref('rpt_daily_detail') }} as detail
