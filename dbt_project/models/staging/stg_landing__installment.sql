-- One row per version of one amount due on a date.
select
    installment_id,
    customer_id,
    contract_id,
    agreed_date,
    due_date,
    due_amount,
    is_deleted,
    agreed_date as effective_date,
    observed_at as known_from,
    superseded_at,
    file_id
from {{ versions('installment', ['customer_id', 'installment_id']) }} as version
