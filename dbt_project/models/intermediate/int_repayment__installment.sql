{{ config(materialized='view') }}

-- How late each installment was or is. Grain: installment x as_of_date, of what fell due by then and is not zero.
-- An installment was past due on the days after its due date until the day before it was covered. Nested, not in steps
-- of `with`: so who asks for few customers reads the installments of these alone.
select
    as_of_date,
    customer_id,
    contract_id,
    installment_id,
    due_date,
    due_amount,
    uncovered_amount,
    settled_date,
    last_open_date,
    place,
    is_first_of_day,
    {{ days_past_due('due_date', 'last_open_date', 'paused_days') }} as worst_dpd_days,
    greatest(least(coalesce(settled_date, as_of_date), as_of_date) - due_date, 0) as late_days,
    due_date - settled_date as early_days
from (
    select owed.*, {{ joined_paused_days() }} as paused_days
    from (
        select
            *,
            least(coalesce(settled_date - 1, as_of_date), as_of_date) as last_open_date
        from {{ ref('int_repayment__settlement') }}
        where due_date <= as_of_date and due_amount > 0 and {{ 'false' if var('default_dpd_days') is none else 'true' }}
    ) as owed
    {{ join_pauses('owed', ref('int_repayment__pause')) }}
) as paused
