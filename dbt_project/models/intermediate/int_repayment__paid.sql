-- What was paid. Grain: customer x as_of_date, customers who paid within paid_lookback_days.
with payment as (
    select
        spine.as_of_date,
        spine.customer_id,
        spine.as_of_date - payment.payment_date as age_days,
        {{ months_back('payment.payment_date', 'spine.as_of_date') }} as months_back,
        payment.paid_amount
    from {{ ref('int_spine__customer_date') }} as spine
    inner join {{ ref('stg_landing__payment') }} as payment
        on
            spine.customer_id = payment.customer_id
            and {{ known_at('payment', 'spine') }}
            and payment.payment_date > spine.as_of_date - {{ var('paid_lookback_days') }}
            and payment.payment_date > {{ first_date_of_run() }} - {{ var('paid_lookback_days') }}
)

select
    as_of_date,
    customer_id,
    {% for days in (7, 30, 90, 180, 365) -%}
        coalesce(sum(paid_amount) filter (where age_days < {{ days }}), 0) as paid_amount_{{ days }}d,
    {% endfor -%}
    {% for days in (30, 90, 180, 365) -%}
        count(*) filter (where paid_amount > 0 and age_days < {{ days }}) as payment_{{ days }}d_count,
    {% endfor -%}
    {% for days in (90, 365) -%}
        count(*) filter (where paid_amount < 0 and age_days < {{ days }}) as reversal_{{ days }}d_count,
    {% endfor -%}
    {% for month in range(6) -%}
        coalesce(sum(paid_amount) filter (where months_back = {{ month }}), 0) as paid_amount_m{{ month }},
    {% endfor -%}
    max(paid_amount) filter (where age_days < 90 and paid_amount > 0) as largest_payment_amount_90d,
    min(age_days) filter (where paid_amount > 0) as days_since_payment_days
from payment
group by 1, 2
