-- One row per version of a customer and date that the portfolio asks to have judged; where any exist, only these are.
select
    customer_id,
    judged_date,
    is_deleted,
    judged_date as effective_date,
    observed_at as known_from,
    lead(observed_at) over (
        partition by customer_id, judged_date
        order by observed_at, content_hash
    ) as superseded_at
from {{ source('landing', 'judged_customer') }}
