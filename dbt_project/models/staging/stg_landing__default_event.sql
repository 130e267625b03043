-- One row per version of one recorded default of a customer.
select
    default_event_id,
    customer_id,
    contract_id,
    event_date,
    reason_code,
    end_date,
    is_deleted,
    event_date as effective_date,
    observed_at as known_from,
    superseded_at
from {{ versions('default_event', ['customer_id', 'default_event_id']) }} as version
