-- One row per version of one payment or one reversal of a payment.
select
    payment_id,
    customer_id,
    contract_id,
    payment_date,
    paid_amount,
    reverses_payment_id,
    channel_code,
    is_deleted,
    payment_date as effective_date,
    observed_at as known_from,
    superseded_at,
    file_id
from {{ versions('payment', ['customer_id', 'payment_id']) }} as version
