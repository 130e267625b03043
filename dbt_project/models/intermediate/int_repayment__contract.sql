-- Where each contract stands. Grain: contract x as_of_date.
-- dpd_days counts from the oldest uncovered due date before the date; due today is not past due. A contract without any
-- installment, or a portfolio without known days past due, has none.
with scheduled as (
    select
        as_of_date,
        customer_id,
        contract_id,
        greatest(sum(due_amount) - max(paid_amount), 0) as unpaid_amount
    from {{ ref('int_repayment__settlement') }}
    group by 1, 2, 3
),

arrears as (
    select
        as_of_date,
        customer_id,
        contract_id,
        sum(uncovered_amount) filter (where due_date < as_of_date) as past_due_amount,
        min(due_date) filter (where due_date < as_of_date) as oldest_due_date
    from {{ ref('int_repayment__arrears') }}
    group by 1, 2, 3
),

balance as (
    select distinct on (as_of_date, customer_id, contract_id)
        as_of_date, customer_id, contract_id, balance_amount, limit_amount
    from {{ ref('int_balance__known') }}
    order by as_of_date, customer_id, contract_id, balance_date desc
)

select
    contract.*,
    scheduled.unpaid_amount,
    balance.balance_amount,
    coalesce(balance.limit_amount, contract.limit_amount) as current_limit_amount,
    {% if var('default_dpd_days') is none %}
        null::numeric as past_due_amount,
        null::integer as dpd_days
    {% else %}
        case when scheduled.contract_id is not null then coalesce(arrears.past_due_amount, 0) end as past_due_amount,
        case
            when scheduled.contract_id is not null then coalesce(contract.as_of_date - arrears.oldest_due_date, 0)
        end as dpd_days
    {% endif %}
from {{ ref('int_contract__known') }} as contract
left join scheduled using (as_of_date, customer_id, contract_id)
left join arrears using (as_of_date, customer_id, contract_id)
left join balance using (as_of_date, customer_id, contract_id)
