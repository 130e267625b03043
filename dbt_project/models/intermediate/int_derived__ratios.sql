-- Ratios between families. Grain: customer x as_of_date.
select
    spine.as_of_date,
    spine.customer_id,
    spine.as_of_date - spine.onboarded_date as tenure_days,
    spine.as_of_date - spine.registered_date as business_age_days,
    {{ bucket_of('repayment.dpd_days') }} as bucket_code,
    {% for days in (30, 90, 180, 365) -%}
        {{ ratio("paid.paid_amount_" ~ days ~ "d", "lateness.due_amount_" ~ days ~ "d") }} as paid_ratio_{{ days }}d,
    {% endfor -%}
    {{ ratio("paid.paid_amount_90d", "lateness.due_amount_90d") }}
    - {{ ratio("paid.paid_amount_365d", "lateness.due_amount_365d") }} as paid_ratio_change,
    {% for days in (90, 180, 365) -%}
        1 - {{ ratio("lateness.late_installment_" ~ days ~ "d_count", "lateness.installment_" ~ days ~ "d_count") }}
            as on_time_{{ days }}d_ratio,
    {% endfor -%}
    {% for months, days in ((3, 90), (6, 180), (12, 365)) -%}
        {{ bucket_of('lateness.worst_dpd_' ~ days ~ 'd_days') }} as worst_bucket_{{ months }}m_code,
    {% endfor -%}
    lateness.mean_days_late_90d - lateness.mean_days_late_365d as days_late_trend,
    {{ ratio("repayment.past_due_amount", "exposure.exposure_amount") }} as past_due_ratio,
    {{ ratio("movement.inflow_amount_90d - movement.inflow_amount_prior_90d", "movement.inflow_amount_prior_90d") }}
        as inflow_change_90d_ratio,
    {{ ratio("movement.inflow_amount_30d - movement.inflow_amount_prior_30d", "movement.inflow_amount_prior_30d") }}
        as inflow_change_30d_ratio,
    {{ ratio(
        "movement.inflow_amount_90d - movement.inflow_amount_year_ago_90d", "movement.inflow_amount_year_ago_90d"
    ) }} as inflow_change_yoy_90d_ratio,
    {{ ratio(
        "movement.outflow_amount_90d - movement.outflow_amount_prior_90d", "movement.outflow_amount_prior_90d"
    ) }} as outflow_change_90d_ratio,
    {{ ratio("4 * movement.inflow_amount_90d", "movement.inflow_amount_365d") }} as inflow_90d_to_year_ratio,
    {{ ratio("movement.outflow_amount_90d", "movement.inflow_amount_90d") }} as outflow_to_inflow_90d_ratio,
    {{ ratio("4 * movement.transaction_90d_count", "movement.transaction_365d_count") }} as activity_90d_to_year_ratio,
    {{ ratio("lateness.due_amount_90d", "movement.inflow_amount_90d") }} as due_to_inflow_90d_ratio,
    {% for month in range(5) -%}
        {{ ratio("paid.paid_amount_m" ~ month, "balance.balance_amount_m" ~ (month + 1)) }}
            as paid_to_balance_ratio_m{{ month }},
    {% endfor -%}
    {{ ratio("balance.balance_amount_m0 - balance.balance_amount_m5", "exposure.limit_amount") }}
        as balance_change_5m_to_limit_ratio,
    {{ ratio("paid.paid_amount_180d", "exposure.limit_amount") }} as paid_180d_to_limit_ratio
from {{ ref('int_spine__customer_date') }} as spine
left join {{ ref('int_repayment__customer') }} as repayment using (as_of_date, customer_id)
left join {{ ref('int_repayment__lateness') }} as lateness using (as_of_date, customer_id)
left join {{ ref('int_repayment__paid') }} as paid using (as_of_date, customer_id)
left join {{ ref('int_exposure__customer') }} as exposure using (as_of_date, customer_id)
left join {{ ref('int_transactions__windows') }} as movement using (as_of_date, customer_id)
left join {{ ref('int_balance__months') }} as balance using (as_of_date, customer_id)
