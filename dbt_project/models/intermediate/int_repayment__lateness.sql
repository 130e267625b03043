-- How late installments were paid. Grain: customer x as_of_date.
-- An installment was past due on the days after its due date until the day before it was covered.
{% if var('default_dpd_days') is none %}
    {% set dpd_is_known = 'false' %}
{% else %}
    {% set dpd_is_known = 'true' %}
{% endif %}
with installment as (
    select
        as_of_date,
        customer_id,
        contract_id,
        installment_id,
        due_date,
        due_amount,
        settled_date,
        least(coalesce(settled_date - 1, as_of_date), as_of_date) as last_open_date
    from {{ ref('int_repayment__settlement') }}
    where due_date <= as_of_date and {{ dpd_is_known }}
),

late as (
    select
        *,
        greatest(last_open_date - due_date, 0) as worst_days,
        greatest(coalesce(settled_date, as_of_date) - due_date, 0) as late_days,
        due_date - settled_date as early_days
    from installment
)

select
    as_of_date,
    customer_id,
    count(*) as installment_count,
    max(case when last_open_date > as_of_date - 90 then worst_days else 0 end) as worst_dpd_90d_days,
    max(case when last_open_date > as_of_date - 180 then worst_days else 0 end) as worst_dpd_180d_days,
    max(case when last_open_date > as_of_date - 365 then worst_days else 0 end) as worst_dpd_365d_days,
    max(worst_days) as worst_dpd_ever_days,
    count(*) filter (where late_days > 0 and {{ within('due_date', 90) }}) as late_installment_90d_count,
    count(*) filter (where late_days > 0 and {{ within('due_date', 180) }}) as late_installment_180d_count,
    count(*) filter (where late_days > 0 and {{ within('due_date', 365) }}) as late_installment_365d_count,
    count(*) filter (where late_days > 0) as late_installment_ever_count,
    (avg(late_days) filter (where {{ within('due_date', 90) }}))::double precision as mean_days_late_90d,
    (avg(late_days) filter (where {{ within('due_date', 365) }}))::double precision as mean_days_late_365d,
    (avg(late_days))::double precision as mean_days_late_ever,
    (avg(early_days) filter (where early_days > 0))::double precision as mean_days_early_ever,
    (stddev_pop(late_days))::double precision as days_late_spread,
    sum(due_amount) filter (where {{ within('due_date', 30) }}) as due_amount_30d,
    sum(due_amount) filter (where {{ within('due_date', 90) }}) as due_amount_90d,
    sum(due_amount) filter (where {{ within('due_date', 180) }}) as due_amount_180d,
    sum(due_amount) filter (where {{ within('due_date', 365) }}) as due_amount_365d,
    (array_agg(late_days order by due_date desc, contract_id, installment_id))[1] as last_days_late,
    (array_agg(late_days order by due_date, contract_id, installment_id))[1] as first_days_late
from late
group by 1, 2
