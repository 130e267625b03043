-- What is left of the limits. Grain: customer x as_of_date, customers with an open contract whose balance and limit are
-- known.
select as_of_date, customer_id, sum(current_limit_amount - balance_amount) as headroom_amount
from {{ ref('int_repayment__contract') }}
where is_open and balance_amount is not null and current_limit_amount is not null
group by 1, 2
