-- One row per version of a customer and date that the portfolio asks to have judged; where any exist, only these are.
select
    customer_id,
    judged_date,
    is_deleted,
    judged_date as effective_date,
    observed_at as known_from,
    superseded_at
from {{ versions('judged_customer', ['customer_id', 'judged_date']) }} as version
