-- Month-end balances of half a year back. Grain: customer x as_of_date, customers with a balance.
with month_end as (
    select distinct on (as_of_date, customer_id, contract_id, months_back)
        as_of_date, customer_id, contract_id, months_back, balance_amount, limit_amount
    from {{ ref('int_balance__known') }}
    where months_back < 6
    order by as_of_date, customer_id, contract_id, months_back, balance_date desc
),

months as (
    select
        as_of_date,
        customer_id,
        {% for month in range(6) -%}
            sum(balance_amount) filter (where months_back = {{ month }}) as balance_amount_m{{ month }},
        {{ ratio(
            "sum(balance_amount) filter (where months_back = " ~ month ~ ")",
            "sum(limit_amount) filter (where months_back = " ~ month ~ ")"
        ) }} as utilisation_ratio_m{{ month }},
        {% endfor -%}
        max(balance_amount) as largest_balance_amount,
        avg(balance_amount)::double precision as mean_balance_amount
    from month_end
    group by 1, 2
)

select
    *,
    utilisation_ratio_m0 - utilisation_ratio_m3 as utilisation_change_90d
from months
