-- One row per version of one indicator of an industry for the period that ends on period_end_date.
select
    industry_code,
    indicator_code,
    period_end_date,
    indicator_value,
    is_deleted,
    period_end_date as effective_date,
    observed_at as known_from,
    lead(observed_at) over (
        partition by industry_code, indicator_code, period_end_date
        order by observed_at, content_hash
    ) as superseded_at
from {{ source('landing', 'industry_indicator') }}
