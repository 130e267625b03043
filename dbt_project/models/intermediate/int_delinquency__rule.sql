{%- set own_cure = 'null' if var('default_cure_months') is none else var('default_cure_months') -%}

-- The numbers of the delinquency rules; of the cure of a default those of the portfolio, where it says some.
-- Grain: one row.
with given as (
    select
        max(value) filter (where rule_code = 'default_cure_months') as default_cure_months,
        max(value) filter (where rule_code = 'restructured_cure_months') as restructured_cure_months,
        max(value) filter (where rule_code = 'technical_days') as technical_days,
        max(value) filter (where rule_code = 'contamination_pct') as contamination_pct,
        max(value) filter (where rule_code = 'category_cure_months') as category_cure_months,
        max(value) filter (where rule_code = 'category_cure_periods') as category_cure_periods,
        max(value) filter (where rule_code = 'significant_dpd_days') as significant_dpd_days
    from {{ ref('delinquency_rule') }}
)

select
    coalesce({{ own_cure }}, default_cure_months)::integer as default_cure_months,
    coalesce({{ own_cure }}, restructured_cure_months)::integer as restructured_cure_months,
    technical_days::integer as technical_days,
    contamination_pct::integer as contamination_pct,
    category_cure_months::integer as category_cure_months,
    category_cure_periods::integer as category_cure_periods,
    significant_dpd_days::integer as significant_dpd_days
from given
