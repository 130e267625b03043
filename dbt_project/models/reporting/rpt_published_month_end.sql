{{ config(materialized='ephemeral') }}

select
    publication.as_of_date,
    slice.contract_id,
    slice.customer_id,
    slice.start_date,
    slice.outstanding_amount,
    slice.dpd_days,
    case
        when slice.is_open then slice.bucket_code
        when slice.close_reason_code in ('paid_off', 'written_off') then slice.close_reason_code
        else 'ended'
    end as state_code
from {{ source('ledger', 'publication') }} as publication
inner join {{ ref('fct_contract_delinquency') }} as slice
    on publication.run_id = slice.run_id and publication.as_of_date = slice.as_of_date
where
    publication.superseded_at is null
    and extract(day from publication.as_of_date + 1) = 1
