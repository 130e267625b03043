-- Most days past due of a contract, looking back. Grain: contract x as_of_date, contracts with an installment due.
select
    as_of_date,
    customer_id,
    contract_id,
{% for days in (90, 180, 365) -%}
    max(case when last_open_date > as_of_date - {{ days }} then worst_dpd_days else 0 end)
        as worst_dpd_{{ days }}d_days{{ ',' if not loop.last }}
{% endfor %}
from {{ ref('int_repayment__installment') }}
group by 1, 2, 3
