{%- set building, industry = ['building_id'], ['customer_type_code', 'industry_code'] -%}

-- Where a customer stands among the others of its building, and of its industry and type. Grain: customer x as_of_date.
-- Scores of different sources are not comparable: ranked among those of the same source.
select
    as_of_date,
    customer_id,
    {{ shrunk_rank('dpd_days', building) }} as building_dpd_percentile_ratio,
    {{ shrunk_rank('utilisation_ratio', building) }} as building_utilisation_percentile_ratio,
    {{ shrunk_rank('credit_score_value', ['score_source_code'] + building) }} as building_credit_score_percentile_ratio,
    {{ shrunk_rank('dpd_days', industry) }} as industry_dpd_percentile_ratio,
    {{ shrunk_rank('utilisation_ratio', industry) }} as industry_utilisation_percentile_ratio,
    {{ shrunk_rank('credit_score_value', ['score_source_code'] + industry) }} as industry_credit_score_percentile_ratio
from {{ ref('int_context__standing') }}
