-- What was paid. Grain: customer x as_of_date, customers in scope
-- who paid within paid_lookback_days.
with payment as (
    select
        scope.as_of_date,
        scope.customer_id,
        scope.as_of_date - payment.payment_date as age_days,
        {{ months_back('payment.payment_date', 'scope.as_of_date') }} as months_back,
        payment.payment_date,
        payment.paid_amount
    from {{ ref('int_repayment__payment_scope') }} as scope
    inner join {{ ref('stg_landing__payment') }} as payment
        on
            scope.customer_id = payment.customer_id
            and {{ known_at('payment', 'scope') }}
            and payment.payment_date > scope.as_of_date - {{ var('paid_lookback_days') }}
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
    max(payment_date) filter (where paid_amount > 0) as last_payment_date
from payment
group by 1, 2
