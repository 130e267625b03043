-- One row per version of one score of a customer from one outside source on a date.
select
    customer_id,
    source_code,
    score_date,
    score_value,
    is_deleted,
    score_date as effective_date,
    observed_at as known_from,
    lead(observed_at) over (
        partition by customer_id, source_code, score_date
        order by observed_at, content_hash
    ) as superseded_at
from {{ source('landing', 'credit_score') }}
