-- One row per version of one indicator of an industry for the period that ends on period_end_date.
select
    industry_code,
    indicator_code,
    period_end_date,
    indicator_value,
    is_deleted,
    period_end_date as effective_date,
    observed_at as known_from,
    superseded_at
from {{ versions('industry_indicator', ['industry_code', 'indicator_code', 'period_end_date']) }} as version
