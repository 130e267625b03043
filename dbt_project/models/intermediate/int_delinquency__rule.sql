{%- set own_cure = 'null' if var('default_cure_months') is none else var('default_cure_months') -%}

-- The numbers of the delinquency rules; of the cure of a default those of the portfolio, where it says some.
-- Grain: one row.
select
    {% for rule in ('default_cure_months', 'restructured_cure_months') -%}
        coalesce({{ own_cure }}, max(value) filter (where rule_code = '{{ rule }}'))::integer as {{ rule }},
    {% endfor -%}
    {% for rule in (
        'technical_days', 'contamination_pct', 'category_cure_months', 'category_cure_periods', 'significant_dpd_days'
    ) -%}
        (max(value) filter (where rule_code = '{{ rule }}'))::integer as {{ rule }}{{ ',' if not loop.last }}
    {% endfor %}
from {{ ref('delinquency_rule') }}
