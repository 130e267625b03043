-- How late the installments are that fell due and are not covered, as sums: they grow older by the day. Grain:
-- customer x as_of_date.
select
    as_of_date,
    customer_id,
    {{ summed_lateness() | indent(4) }}
from {{ ref('int_repayment__installment') }}
where {{ stands_open('as_of_date') }}
group by 1, 2
