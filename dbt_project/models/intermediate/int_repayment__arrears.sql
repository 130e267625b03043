-- What is uncovered of each installment due by the date. Grain: installment x as_of_date, uncovered ones only.
-- Payments that name none of several contracts go to the customer's oldest due, after those that do.
with uncovered as (
    select
        as_of_date,
        customer_id,
        contract_id,
        installment_id,
        due_date,
        least(due_amount, cumulative_due_amount - paid_amount) as uncovered_amount
    from {{ ref('int_repayment__settlement') }}
    where cumulative_due_amount > paid_amount and due_date <= as_of_date
),

unassigned as (
    select as_of_date, customer_id, sum(paid_amount) as amount
    from ({{ payment_known(ref('int_spine__date')) }}) as payment
    where contract_id is null
    group by 1, 2
),

queued as (
    select
        uncovered.*,
        coalesce(unassigned.amount, 0) as unassigned_amount,
        sum(uncovered.uncovered_amount) over (
            partition by uncovered.as_of_date, uncovered.customer_id
            order by uncovered.due_date, uncovered.contract_id, uncovered.installment_id
        ) as cumulative_amount
    from uncovered
    left join unassigned using (as_of_date, customer_id)
)

select
    as_of_date,
    customer_id,
    contract_id,
    installment_id,
    due_date,
    least(uncovered_amount, cumulative_amount - unassigned_amount) as uncovered_amount
from queued
where cumulative_amount > unassigned_amount
