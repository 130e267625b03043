-- Ratios of the newest financial statement known, and their change in a year. Grain: customer x as_of_date, customers
-- with a statement of the last statement_lookback_days.
select
    as_of_date,
    customer_id,
    as_of_date - period_end_date as statement_age_days,
    {{ ratio('current_assets_amount', 'current_liabilities_amount') }} as current_ratio,
    {{ ratio('current_assets_amount - inventory_amount', 'current_liabilities_amount') }} as quick_ratio,
    {{ ratio('current_assets_amount - current_liabilities_amount', 'total_assets_amount') }} as working_capital_ratio,
    {{ ratio('total_liabilities_amount', 'total_assets_amount') }} as leverage_ratio,
    {{ ratio('equity_amount', 'total_assets_amount') }} as equity_ratio,
    equity_amount < 0 as is_equity_negative,
    {{ ratio('operating_profit_amount', 'interest_expense_amount') }} as interest_coverage_ratio,
    {{ ratio('operating_cash_flow_amount', 'interest_expense_amount') }} as cash_flow_coverage_ratio,
    {{ ratio('operating_cash_flow_amount', 'current_liabilities_amount') }} as cash_flow_ratio,
    {{ ratio('net_profit_amount', 'revenue_amount') }} as net_margin_ratio,
    {{ ratio('operating_profit_amount', 'revenue_amount') }} as operating_margin_ratio,
    {{ ratio('net_profit_amount * 12.0 / period_months', 'total_assets_amount') }} as return_on_assets_ratio,
    {{ ratio('revenue_amount * 12.0 / period_months', 'total_assets_amount') }} as asset_turnover_ratio,
    {{ ratio('receivables_amount * 365 * period_months / 12', 'revenue_amount') }} as receivable_days,
    net_profit_amount < 0 as is_loss_making,
    {{ ratio('revenue_amount - revenue_amount_before', 'revenue_amount_before') }} as revenue_change_yoy_ratio,
    {{ ratio('net_profit_amount - net_profit_amount_before', 'abs(net_profit_amount_before)') }}
        as net_profit_change_yoy_ratio,
    {{ ratio('total_assets_amount - total_assets_amount_before', 'total_assets_amount_before') }}
        as total_assets_change_yoy_ratio,
    {{ ratio('total_liabilities_amount', 'total_assets_amount') }}
    - {{ ratio('total_liabilities_amount_before', 'total_assets_amount_before') }} as leverage_change_yoy,
    {{ ratio('net_profit_amount', 'revenue_amount') }}
    - {{ ratio('net_profit_amount_before', 'revenue_amount_before') }} as net_margin_change_yoy,
    {{ altman_z() }} as altman_z_score,
    {{ altman_z() }} - {{ altman_z('_before') }} as altman_z_change_yoy,
    is_audited as is_statement_audited
from {{ ref('int_statement__pair') }}
