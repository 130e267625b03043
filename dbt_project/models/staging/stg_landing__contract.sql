-- One row per version of one lease, loan or credit line.
select
    contract_id,
    customer_id,
    contract_type_code,
    building_id,
    signed_date,
    start_date,
    end_date,
    limit_amount,
    deposit_amount,
    interest_rate_pct,
    grace_days,
    is_restructured,
    closed_date,
    close_reason_code,
    is_deleted,
    signed_date as effective_date,
    observed_at as known_from,
    superseded_at,
    file_id
from {{ versions('contract', ['customer_id', 'contract_id']) }} as version
