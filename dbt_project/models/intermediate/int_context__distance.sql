-- How far a customer is from the mean of the others of its industry and type. Grain: customer x as_of_date, customers
-- with an industry.
select
    as_of_date,
    customer_id,
    {{ to_mean_of_others('dpd_days', 'peers') }} as dpd_to_industry_mean_days,
    {{ to_mean_of_others('utilisation_ratio', 'peers') }} as utilisation_to_industry_mean_ratio,
    {{ to_mean_of_others('credit_score_value', 'scored_alike') }} as credit_score_to_industry_mean,
    {{ to_mean_of_others('net_margin_ratio', 'peers') }} as net_margin_to_industry_mean_ratio,
    {{ to_mean_of_others('leverage_ratio', 'peers') }} as leverage_to_industry_mean_ratio
from {{ ref('int_context__standing') }}
where industry_code is not null
window
    peers as (partition by as_of_date, customer_type_code, industry_code),
    scored_alike as (partition by as_of_date, customer_type_code, industry_code, score_source_code)
