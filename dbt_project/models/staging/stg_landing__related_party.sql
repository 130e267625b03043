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
    superseded_at
from {{ versions('related_party', ['customer_id', 'related_customer_id', 'relation_code']) }} as version
