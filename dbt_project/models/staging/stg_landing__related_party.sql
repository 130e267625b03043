-- One row per version of one relation between two customers.
select
    customer_id,
    related_customer_id,
    relation_code,
    start_date,
    end_date,
    is_deleted,
    start_date as effective_date,
    observed_at as known_from,
    lead(observed_at) over (
        partition by customer_id, related_customer_id, relation_code
        order by observed_at, content_hash
    ) as superseded_at
from {{ source('landing', 'related_party') }}
