-- The numbers of the delinquency rules. Grain: one row.
select
    {% for rule in (
        'default_cure_months', 'restructured_cure_months', 'technical_days', 'contamination_pct',
        'category_cure_months', 'category_cure_periods', 'significant_dpd_days'
    ) -%}
        (max(value) filter (where rule_code = '{{ rule }}'))::integer as {{ rule }}{{ ',' if not loop.last }}
{% endfor %}
from {{ ref('delinquency_rule') }}
