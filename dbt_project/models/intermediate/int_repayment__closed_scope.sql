-- How late the installments were that are covered, as sums. Grain: customer x as_of_date, customers in scope.
select
    as_of_date,
    customer_id,
    {{ summed_lateness() | indent(4) }}
from {{ ref('int_repayment__window_scope') }}
inner join {{ ref('int_repayment__installment') }} as installment using (as_of_date, customer_id)
where installment.settled_date is not null
group by 1, 2
