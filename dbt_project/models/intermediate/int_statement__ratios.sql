-- Ratios of the newest financial statement known. Grain: customer x as_of_date, customers with a statement.
-- Altman Z'' (Altman 1995): 6.56 working capital / assets + 3.26 retained earnings / assets + 6.72 ebit / assets
-- + 1.05 equity / liabilities; earnings are taken to a year.
with statement as (
    select
        spine.as_of_date,
        spine.customer_id,
        reported.*,
        row_number() over (
            partition by spine.as_of_date, spine.customer_id order by reported.period_end_date desc
        ) as recency
    from {{ ref('int_spine__customer_date') }} as spine
    inner join (
        select
            period_end_date, customer_id as reported_customer_id, period_months, revenue_amount, net_profit_amount,
            operating_profit_amount, interest_expense_amount, operating_cash_flow_amount, total_assets_amount,
            current_assets_amount, inventory_amount, total_liabilities_amount, current_liabilities_amount,
            retained_earnings_amount, equity_amount, known_from, superseded_at, is_deleted, effective_date
        from {{ ref('stg_landing__financial_statement') }}
    ) as reported
        on spine.customer_id = reported.reported_customer_id and {{ known_at('reported', 'spine') }}
),

latest as (
    select *
    from statement
    where recency = 1
),

-- The period that ended a year before, give or take the days by which fiscal years move; the nearest counts.
year_before as (
    select distinct on (latest.as_of_date, latest.customer_id)
        latest.as_of_date, latest.customer_id, earlier.revenue_amount
    from latest
    inner join statement as earlier
        on
            latest.as_of_date = earlier.as_of_date
            and latest.customer_id = earlier.customer_id
            and latest.period_months = earlier.period_months
            and abs((latest.period_end_date - interval '1 year')::date - earlier.period_end_date) <= 3
    order by
        latest.as_of_date,
        latest.customer_id,
        abs((latest.period_end_date - interval '1 year')::date - earlier.period_end_date),
        earlier.period_end_date
)

select
    latest.as_of_date,
    latest.customer_id,
    latest.as_of_date - latest.period_end_date as statement_age_days,
    {{ ratio('latest.current_assets_amount', 'latest.current_liabilities_amount') }} as current_ratio,
    {{ ratio('latest.current_assets_amount - latest.inventory_amount', 'latest.current_liabilities_amount') }}
        as quick_ratio,
    {{ ratio('latest.total_liabilities_amount', 'latest.total_assets_amount') }} as leverage_ratio,
    {{ ratio('latest.operating_profit_amount', 'latest.interest_expense_amount') }} as interest_coverage_ratio,
    {{ ratio('latest.net_profit_amount', 'latest.revenue_amount') }} as net_margin_ratio,
    {{ ratio('latest.operating_cash_flow_amount', 'latest.current_liabilities_amount') }} as cash_flow_ratio,
    {{ ratio('latest.revenue_amount - year_before.revenue_amount', 'year_before.revenue_amount') }}
        as revenue_change_yoy_ratio,
    6.56 * {{ ratio('latest.current_assets_amount - latest.current_liabilities_amount', 'latest.total_assets_amount') }}
    + 3.26 * {{ ratio('latest.retained_earnings_amount', 'latest.total_assets_amount') }}
    + 6.72 * {{ ratio('latest.operating_profit_amount * 12.0 / latest.period_months', 'latest.total_assets_amount') }}
    + 1.05 * {{ ratio('latest.equity_amount', 'latest.total_liabilities_amount') }} as altman_z_score
from latest
left join year_before using (as_of_date, customer_id)
