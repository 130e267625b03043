-- How late installments were paid. Grain: customer x as_of_date, customers in scope.
-- Of several of the newest due date the first in order is the last one.
with due as (
    select installment.*, installment.late_days > 0 as is_late
    from {{ ref('int_repayment__window_scope') }}
    inner join {{ ref('int_repayment__installment') }} as installment using (as_of_date, customer_id)
)

select
    as_of_date,
    customer_id,
    count(*) as installment_count,
    {% for days in (90, 180, 365) -%}
        count(*) filter (where {{ within('due_date', days) }}) as installment_{{ days }}d_count,
        count(*) filter (where is_late and {{ within('due_date', days) }}) as late_installment_{{ days }}d_count,
        max(case when last_open_date > as_of_date - {{ days }} then worst_dpd_days else 0 end)
            as worst_dpd_{{ days }}d_days,
        (avg(late_days) filter (where {{ within('due_date', days) }}))::double precision as mean_days_late_{{ days }}d,
    {% endfor -%}
    {% for days in (30, 90, 180, 365) -%}
        sum(due_amount) filter (where {{ within('due_date', days) }}) as due_amount_{{ days }}d,
    {% endfor -%}
    {% for days in (90, 365) -%}
        sum(uncovered_amount) filter (where due_date < as_of_date and {{ within('due_date', days) }})
            as missed_amount_{{ days }}d,
    {% endfor -%}
    max(worst_dpd_days) as worst_dpd_ever_days,
    count(*) filter (where is_late) as late_installment_ever_count,
    max(late_days) filter (where {{ within('due_date', 365) }}) as worst_days_late_365d_days,
    (avg(late_days))::double precision as mean_days_late_ever,
    (avg(early_days) filter (where early_days > 0))::double precision as mean_days_early_ever,
    (stddev_pop(late_days))::double precision as days_late_spread,
    (max(array[place, late_days]) filter (where is_first_of_day))[2] as last_days_late,
    max(late_days) filter (where place = 1) as first_days_late,
    count(*) - coalesce(max(place) filter (where is_late), 0) as on_time_streak_count
from due
group by 1, 2
