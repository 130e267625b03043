{{ config(post_hook="analyze {{ this }} (as_of_date, customer_id, industry_code, building_id)") }}

-- What peers are compared by. Grain: customer x as_of_date.
select
    spine.as_of_date,
    spine.customer_id,
    spine.customer_type_code,
    spine.industry_code,
    place.building_id,
    repayment.dpd_days,
    repayment.is_in_default,
    repayment.past_due_amount,
    exposure.exposure_amount,
    exposure.utilisation_ratio,
    score.source_code as score_source_code,
    score.credit_score_value,
    statement.net_margin_ratio,
    statement.leverage_ratio
from {{ ref('int_spine__customer_date') }} as spine
inner join {{ ref('int_repayment__customer') }} as repayment using (as_of_date, customer_id)
left join {{ ref('int_customer__main_building') }} as place using (as_of_date, customer_id)
left join {{ ref('int_exposure__customer') }} as exposure using (as_of_date, customer_id)
left join {{ ref('int_credit_score__latest') }} as score using (as_of_date, customer_id)
left join {{ ref('int_statement__ratios') }} as statement using (as_of_date, customer_id)
