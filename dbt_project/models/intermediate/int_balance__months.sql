-- Month-end balances of half a year back. Grain: customer x as_of_date, customers with a balance.
with month_end as (
    select distinct on (as_of_date, customer_id, contract_id, months_back)
        as_of_date, customer_id, contract_id, months_back, balance_date, balance_amount, limit_amount
    from {{ ref('int_balance__known') }}
    where months_back < 6
    order by as_of_date, customer_id, contract_id, months_back, balance_date desc
),

totals as (
    select
        as_of_date,
        customer_id,
        months_back,
        sum(balance_amount) as balance_amount,
        sum(limit_amount) as limit_amount,
        sum(balance_amount) / nullif(greatest(sum(limit_amount), 0), 0) as utilisation,
        sum(limit_amount - balance_amount) as headroom_amount,
        max(balance_amount) as largest_amount,
        count(*) as balance_count,
        max(balance_date) as newest_date
    from month_end
    group by 1, 2, 3
),

-- The balance of a month may become known only in the next: changes go back from the newest month that holds one.
placed as (
    select
        *,
        months_back = min(months_back) over (partition by as_of_date, customer_id) as is_newest,
        months_back = min(months_back) over (partition by as_of_date, customer_id) + 3 as is_3m_before
    from totals
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
        max(largest_amount) as largest_balance_amount,
        (sum(balance_amount) / sum(balance_count))::double precision as mean_balance_amount,
        ({{ slope('(5 - months_back)', 'utilisation') }})::double precision as utilisation_slope_6m,
        ({{ slope('(5 - months_back)', 'balance_amount') }})::double precision as balance_slope_6m_amount,
        ({{ spread('utilisation') }})::double precision as utilisation_spread_6m_ratio,
        max(utilisation)::double precision as utilisation_highest_6m_ratio,
        case
            when count(utilisation) > 0
                then count(*) filter (where utilisation is not null and balance_amount > 0.9 * limit_amount)
        end as utilisation_above_90_6m_count,
        max(balance_amount) filter (where is_newest) as newest_amount,
        max(balance_amount) filter (where is_3m_before) as amount_3m_before,
        max(headroom_amount) filter (where is_newest) - max(headroom_amount) filter (where is_3m_before)
            as headroom_change_3m_amount,
        as_of_date - max(newest_date) as days_since_balance_days
    from placed
    group by 1, 2
)

select
    *,
    utilisation_ratio_m0 - utilisation_ratio_m3 as utilisation_change_90d,
    {{ ratio('newest_amount - amount_3m_before', 'amount_3m_before') }} as balance_change_3m_ratio
from months
