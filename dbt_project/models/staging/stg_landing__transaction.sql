-- One row per version of one movement on the customer's operating account.
select
    transaction_id,
    customer_id,
    transaction_at,
    direction_code,
    transaction_amount,
    category_code,
    channel_code,
    counterparty_id,
    is_deleted,
    {{ local_date('transaction_at') }} as effective_date,
    observed_at as known_from,
    superseded_at,
    file_id
from {{ versions('transaction', ['customer_id', 'transaction_id']) }} as version
