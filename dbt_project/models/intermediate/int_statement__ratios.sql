{%- set amounts = [
    'revenue_amount', 'net_profit_amount', 'operating_profit_amount',
    'interest_expense_amount', 'operating_cash_flow_amount', 'total_assets_amount',
    'current_assets_amount', 'inventory_amount', 'total_liabilities_amount',
    'current_liabilities_amount', 'retained_earnings_amount', 'equity_amount',
] -%}

-- Ratios of the newest financial statement known. Grain: customer x as_of_date, customers with a statement of the
-- last statement_lookback_days.
-- Altman Z'' (Altman 1995): 6.56 working capital / assets + 3.26 retained earnings / assets + 6.72 ebit / assets
-- + 1.05 equity / liabilities; earnings are taken to a year.
with statement as (
    select
        spine.as_of_date,
        spine.customer_id,
        reported.*,
        first_value(reported.period_end_date) over newest_first as newest_end_date,
        first_value(reported.period_months) over newest_first as newest_months
    from {{ ref('int_spine__customer_date') }} as spine
    inner join (
        select
            customer_id as reported_customer_id, period_end_date, period_months,
            {% for amount in amounts -%}
                {{ amount }},
            {% endfor -%}
            known_from, superseded_at, is_deleted, effective_date
        from {{ ref('stg_landing__financial_statement') }}
    ) as reported
        on
            spine.customer_id = reported.reported_customer_id
            and {{ known_at('reported', 'spine') }}
            and reported.period_end_date > spine.as_of_date - {{ var('statement_lookback_days') }}
    window newest_first as (
        partition by spine.as_of_date, spine.customer_id order by reported.period_end_date desc
    )
),

-- The period that ended a year before, give or take the days by which fiscal years move; the nearest counts.
placed as (
    select
        *,
        period_end_date = newest_end_date as is_newest,
        case
            when period_months = newest_months and abs((newest_end_date - interval '1 year')::date - period_end_date) <= 3
                then abs((newest_end_date - interval '1 year')::date - period_end_date)
        end as days_off
    from statement
),

latest as (
    select
        as_of_date,
        customer_id,
        max(newest_end_date) as period_end_date,
        max(newest_months) as period_months,
        {% for amount in amounts -%}
            max({{ amount }}) filter (where is_newest) as {{ amount }},
        {% endfor -%}
        (array_agg(revenue_amount order by days_off, period_end_date) filter (where days_off is not null))[1]
            as revenue_amount_year_before
    from placed
    group by 1, 2
)

select
    as_of_date,
    customer_id,
    as_of_date - period_end_date as statement_age_days,
    {{ ratio('current_assets_amount', 'current_liabilities_amount') }} as current_ratio,
    {{ ratio('current_assets_amount - inventory_amount', 'current_liabilities_amount') }}
        as quick_ratio,
    {{ ratio('total_liabilities_amount', 'total_assets_amount') }} as leverage_ratio,
    {{ ratio('operating_profit_amount', 'interest_expense_amount') }} as interest_coverage_ratio,
    {{ ratio('net_profit_amount', 'revenue_amount') }} as net_margin_ratio,
    {{ ratio('operating_cash_flow_amount', 'current_liabilities_amount') }} as cash_flow_ratio,
    {{ ratio('revenue_amount - revenue_amount_year_before', 'revenue_amount_year_before') }}
        as revenue_change_yoy_ratio,
    6.56 * {{ ratio('current_assets_amount - current_liabilities_amount', 'total_assets_amount') }}
    + 3.26 * {{ ratio('retained_earnings_amount', 'total_assets_amount') }}
    + 6.72 * {{ ratio('operating_profit_amount * 12.0 / period_months', 'total_assets_amount') }}
    + 1.05 * {{ ratio('equity_amount', 'total_liabilities_amount') }} as altman_z_score
from latest
