{{ config(materialized='view') }}

-- Movements on the operating account. Grain: customer x as_of_date, customers with a transaction in the longest window.
with blocked as (
    select
        *,
        {% for days in (7, 30, 90, 180, 365) -%}
            transaction_count_{{ days }}d - inflow_count_{{ days }}d as outflow_count_{{ days }}d,
        {% endfor -%}
        {% for block in range(1, 6) -%}
            inflow_units_{{ 30 * block + 30 }}d - inflow_units_{{ 30 * block }}d as block_{{ block }},
        {% endfor -%}
        inflow_units_30d as block_0
    from {{ ref('int_transactions__sums') }}
),

spread as (
    select
        *,
        block_0::numeric * block_0 + block_1::numeric * block_1 + block_2::numeric * block_2
        + block_3::numeric * block_3 + block_4::numeric * block_4 + block_5::numeric * block_5 as block_square,
        least(block_0, block_1, block_2, block_3, block_4, block_5) as lowest_block
    from blocked
)

select
    spread.as_of_date,
    spread.customer_id,
    {% for days in (7, 30, 90, 180, 365) -%}
        transaction_count_{{ days }}d as transaction_{{ days }}d_count,
        inflow_count_{{ days }}d as inflow_{{ days }}d_count,
        outflow_count_{{ days }}d as outflow_{{ days }}d_count,
        {{ amount_of_units('inflow_units_' ~ days ~ 'd') }} as inflow_amount_{{ days }}d,
        {{ amount_of_units('outflow_units_' ~ days ~ 'd') }} as outflow_amount_{{ days }}d,
        {{ amount_of_units('(inflow_units_' ~ days ~ 'd - outflow_units_' ~ days ~ 'd)') }}
            as net_flow_amount_{{ days }}d,
    {% endfor -%}
    {% for days in (30, 90, 365) -%}
        night_count_{{ days }}d as night_{{ days }}d_count,
    {% endfor -%}
    {{ ratio('night_count_90d', 'transaction_count_90d') }} as night_share_90d_ratio,
    {{ ratio('night_count_30d', 'transaction_count_30d') }} - {{ ratio('night_count_365d', 'transaction_count_365d') }}
        as night_share_change_ratio,
    {{ amount_of_units('largest_outflow_units') }} as largest_outflow_amount_90d,
    {{ variation('inflow_square_180d', 'inflow_units_180d', 'inflow_count_180d') }} as inflow_variation_180d_ratio,
    {{ variation('outflow_square_180d', 'outflow_units_180d', 'outflow_count_180d') }} as outflow_variation_180d_ratio,
    {{ variation('block_square', 'inflow_units_180d', '6') }} as inflow_block_variation_180d_ratio,
    {{ ratio('6.0 * lowest_block', 'inflow_units_180d') }} as lowest_inflow_block_180d_ratio,
    num_nonnulls(
        {% for block in range(6) -%}
            nullif(block_{{ block }}, 0){{ ',' if not loop.last }}
        {% endfor %}
    ) as active_inflow_block_180d_count,
    {{ amount_of_units('block_1') }} as inflow_amount_prior_30d,
    {{ amount_of_units('(inflow_units_180d - inflow_units_90d)') }} as inflow_amount_prior_90d,
    {{ amount_of_units('(outflow_units_180d - outflow_units_90d)') }} as outflow_amount_prior_90d,
    {{ amount_of_units('(inflow_units_455d - inflow_units_365d)') }} as inflow_amount_year_ago_90d,
    {{ ratio('90 * transaction_count_7d', '7 * transaction_count_90d') }} as activity_burst_7d_ratio,
    {{ ratio('90.0 * outflow_units_7d', '7.0 * outflow_units_90d') }} as outflow_burst_7d_ratio,
    coalesce(counterparty.counterparty_90d_count, 0) as counterparty_90d_count,
    coalesce(counterparty.counterparty_365d_count, 0) as counterparty_365d_count,
    coalesce(counterparty.new_counterparty_90d_count, 0) as new_counterparty_90d_count,
    {{ ratio('counterparty.new_counterparty_90d_count', 'counterparty.counterparty_90d_count') }}
        as new_counterparty_90d_ratio,
    spread.as_of_date - spread.last_day as days_since_transaction_days,
    spread.as_of_date - spread.last_inflow_day as days_since_inflow_days
from spread
left join {{ ref('int_transactions__counterparty') }} as counterparty
    on spread.as_of_date = counterparty.as_of_date and spread.customer_id = counterparty.customer_id
