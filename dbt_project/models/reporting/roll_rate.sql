{{ config(materialized='view', schema='bi', persist_docs={'relation': true, 'columns': true}) }}

with slice as (
    select * from {{ ref('rpt_published_month_end') }}
),

moved as (
    select
        opening.as_of_date as from_date,
        closing_date.as_of_date as to_date,
        opening.state_code as from_state_code,
        opening.outstanding_amount,
        -- Closed contracts stay as they closed; an open one that is no longer delivered has left.
        case
            when opening.state_code in ('paid_off', 'written_off', 'ended') then opening.state_code
            else coalesce(closing.state_code, 'not_reported')
        end as to_state_code
    from slice as opening
    inner join (select distinct as_of_date from slice) as closing_date
        on closing_date.as_of_date = (opening.as_of_date + 1 + interval '1 month')::date - 1
    left join slice as closing
        on
            opening.customer_id = closing.customer_id
            and opening.contract_id = closing.contract_id
            and closing_date.as_of_date = closing.as_of_date
),

counted as (
    select
        from_date,
        to_date,
        from_state_code,
        to_state_code,
        count(*) as contract_count,
        coalesce(sum(outstanding_amount), 0) as opening_amount
    from moved
    group by from_date, to_date, from_state_code, to_state_code
)

select
    from_date,
    to_date,
    from_state_code,
    to_state_code,
    contract_count,
    opening_amount::numeric(24, 4) as opening_amount,
    (contract_count / sum(contract_count) over state)::double precision as count_ratio,
    (opening_amount / nullif(sum(opening_amount) over state, 0))::double precision as amount_ratio
from counted
window state as (partition by from_date, from_state_code)
