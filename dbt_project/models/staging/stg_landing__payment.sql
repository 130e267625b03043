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
    lead(observed_at) over (
        partition by customer_id, payment_id
        order by observed_at, content_hash
    ) as superseded_at
from {{ source('landing', 'payment') }}
