-- When each installment was covered, as known. Grain: installment x as_of_date, customers in scope.
-- place counts the dues of a customer that are not zero, in order; is_first_of_day: the first in order of its due date.
with settled as (
    {{ settlement(
        ref('int_repayment__payment_day'), ref('int_repayment__schedule'), ref('int_repayment__pool')
    ) | indent(4) }}
)

select
    *,
    (row_number() over in_order)::integer as place,
    row_number() over in_order
    = rank() over (partition by as_of_date, customer_id order by due_amount = 0, due_date) as is_first_of_day
from settled
window in_order as (
    partition by as_of_date, customer_id order by due_amount = 0, due_date, contract_id, installment_id
)
