-- One row per version of the repayment status that a source itself reports for a contract and date.
select
    customer_id,
    contract_id,
    status_date,
    status_code,
    months_past_due,
    min_dpd_days,
    is_deleted,
    status_date as effective_date,
    observed_at as known_from,
    superseded_at
from {{ versions('repayment_status', ['customer_id', 'contract_id', 'status_date']) }} as version
