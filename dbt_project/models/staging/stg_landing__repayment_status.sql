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
    lead(observed_at) over (
        partition by customer_id, contract_id, status_date
        order by observed_at, content_hash
    ) as superseded_at
from {{ source('landing', 'repayment_status') }}
