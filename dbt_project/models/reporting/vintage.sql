{{ config(materialized='view', schema='bi', persist_docs={'relation': true, 'columns': true}) }}

-- Written in the transaction that publishes a month-end, so it never says more than the publications.
select
    cohort_month,
    months_on_book,
    as_of_date,
    bucket_code,
    min_dpd_days,
    contract_count,
    ever_count,
    (ever_count / contract_count::numeric)::double precision as ever_ratio
from {{ source('risk', 'vintage') }}
