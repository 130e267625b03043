-- What is owed on each contract, from its installments. Grain: contract x as_of_date, customers in scope.
-- It stays so until something becomes known or an uncovered installment falls past due.
select
    as_of_date,
    customer_id,
    contract_id,
    greatest(sum(due_amount) - max(paid_amount), 0) as unpaid_amount,
    coalesce(sum(uncovered_amount) filter (where due_date < as_of_date), 0.0000) as past_due_amount,
    min(due_date) filter (where due_date < as_of_date and uncovered_amount > 0) as oldest_due_date,
    min(due_date) as first_due_date,
    max(due_date) as last_due_date,
    min(due_date) filter (where due_amount > 0) as first_owed_date,
    max(first_payment_date) as first_payment_date
from {{ ref('int_repayment__settlement_scope') }}
group by 1, 2, 3
