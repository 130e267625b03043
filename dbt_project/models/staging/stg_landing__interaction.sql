-- One row per version of one call, visit or message (回访).
select
    interaction_id,
    customer_id,
    interaction_at,
    channel_code,
    purpose_code,
    employee_id,
    is_answered,
    is_complaint,
    satisfaction_score,
    promised_amount,
    promised_date,
    is_deleted,
    {{ local_date('interaction_at') }} as effective_date,
    observed_at as known_from,
    superseded_at,
    file_id
from {{ versions('interaction', ['customer_id', 'interaction_id']) }} as version
