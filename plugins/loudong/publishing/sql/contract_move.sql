-- Pairs of month-ends in a row that the published one belongs to, and those never worked out.
delete from risk.contract_move using published_month_end as published
where published.as_of_date in (contract_move.from_date, contract_move.to_date);

insert into risk.contract_move (
    from_date, to_date, from_state_code, to_state_code, contract_count, opening_amount
)
with pair as (
    select
        opening.as_of_date as from_date,
        closing.as_of_date as to_date
    from standing_month_end as opening
    inner join standing_month_end as closing
        on closing.as_of_date = (opening.as_of_date + 1 + interval '1 month')::date - 1
    where not exists (select 1 from risk.contract_move as known where known.from_date = opening.as_of_date)
),

moved as (
    select
        pair.from_date,
        pair.to_date,
        opening.state_code as from_state_code,
        opening.outstanding_amount,
        -- Closed contracts stay as they closed; an open one that is no longer delivered has left.
        case
            when opening.state_code in ('paid_off', 'written_off', 'ended') then opening.state_code
            else coalesce(closing.state_code, 'not_reported')
        end as to_state_code
    from pair
    inner join month_end_contract as opening on opening.as_of_date = pair.from_date
    left join month_end_contract as closing
        on
            closing.as_of_date = pair.to_date
            and closing.customer_id = opening.customer_id
            and closing.contract_id = opening.contract_id
)

select
    from_date,
    to_date,
    from_state_code,
    to_state_code,
    count(*),
    coalesce(sum(outstanding_amount), 0)
from moved
group by from_date, to_date, from_state_code, to_state_code;
