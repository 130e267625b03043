-- One row per version of one score of a customer from one outside source on a date.
select
    customer_id,
    source_code,
    score_date,
    score_value,
    is_deleted,
    score_date as effective_date,
    observed_at as known_from,
    superseded_at,
    file_id
from {{ versions('credit_score', ['customer_id', 'source_code', 'score_date']) }} as version
