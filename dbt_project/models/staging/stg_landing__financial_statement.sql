-- One row per version of one statement of an enterprise for the period that ends on period_end_date.
select
    customer_id,
    period_end_date,
    period_months,
    revenue_amount,
    operating_profit_amount,
    interest_expense_amount,
    net_profit_amount,
    operating_cash_flow_amount,
    total_assets_amount,
    current_assets_amount,
    inventory_amount,
    receivables_amount,
    total_liabilities_amount,
    current_liabilities_amount,
    retained_earnings_amount,
    equity_amount,
    is_audited,
    is_deleted,
    period_end_date as effective_date,
    observed_at as known_from,
    superseded_at
from {{ versions('financial_statement', ['customer_id', 'period_end_date']) }} as version
