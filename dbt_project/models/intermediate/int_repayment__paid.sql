-- What was paid. Grain: customer x as_of_date, customers who ever paid.
select
    spine.as_of_date,
    spine.customer_id,
    coalesce(sum(payment.paid_amount) filter (where {{ within('payment.payment_date', 30) }}), 0) as paid_amount_30d,
    coalesce(sum(payment.paid_amount) filter (where {{ within('payment.payment_date', 90) }}), 0) as paid_amount_90d,
    coalesce(sum(payment.paid_amount) filter (where {{ within('payment.payment_date', 180) }}), 0) as paid_amount_180d,
    coalesce(sum(payment.paid_amount) filter (where {{ within('payment.payment_date', 365) }}), 0) as paid_amount_365d,
    count(*) filter (where payment.paid_amount > 0 and {{ within('payment.payment_date', 90) }}) as payment_90d_count,
    count(*) filter (
        where payment.paid_amount < 0 and {{ within('payment.payment_date', 365) }}
    ) as reversal_365d_count,
    spine.as_of_date - max(payment.payment_date) filter (where payment.paid_amount > 0) as days_since_payment_days,
{% for month in range(6) -%}
    coalesce(sum(payment.paid_amount) filter (
        where {{ months_back('payment.payment_date', 'spine.as_of_date') }} = {{ month }}
        ), 0) as paid_amount_m{{ month }}{{ ',' if not loop.last }}
{% endfor %}
from {{ ref('int_spine__customer_date') }} as spine
inner join {{ ref('stg_landing__payment') }} as payment
    on spine.customer_id = payment.customer_id and {{ known_at('payment', 'spine') }}
group by spine.as_of_date, spine.customer_id
