-- First and last transaction with each counterparty, from the rows themselves. Grain: customer x counterparty x
-- as_of_date, customers in scope.
select
    scope.as_of_date,
    scope.customer_id,
    movement.counterparty_id,
    min(movement.effective_date) as first_day,
    max(movement.effective_date) as last_day
from {{ ref('int_transactions__scope') }} as scope
inner join {{ ref('stg_landing__transaction') }} as movement
    on scope.customer_id = movement.customer_id and {{ known_at('movement', 'scope') }}
where movement.counterparty_id is not null
group by 1, 2, 3
