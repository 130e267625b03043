{{ config(materialized='view', schema='bi', persist_docs={'relation': true, 'columns': true}) }}

-- Written in the transaction that publishes a month-end, so it never says more than the publications.
select
    from_date,
    to_date,
    from_state_code,
    to_state_code,
    contract_count,
    opening_amount::numeric(24, 4) as opening_amount,
    (contract_count / sum(contract_count) over state)::double precision as count_ratio,
    (opening_amount / nullif(sum(opening_amount) over state, 0))::double precision as amount_ratio
from {{ source('risk', 'contract_move') }}
window state as (partition by from_date, from_state_code)
