-- With how many others a customer deals, and how many are new. Grain: customer x as_of_date, customers in scope.
select
    as_of_date,
    customer_id,
    count(*) filter (where last_day > as_of_date - 90) as counterparty_90d_count,
    count(*) as counterparty_365d_count,
    count(*) filter (where first_day > as_of_date - 90) as new_counterparty_90d_count
from {{ ref('int_transactions__counterparty_scope') }}
where last_day > as_of_date - 365
group by 1, 2
