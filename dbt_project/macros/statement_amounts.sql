{# What a financial statement states. #}
{% macro statement_amounts() -%}
    {{ return([
        'revenue_amount', 'net_profit_amount', 'operating_profit_amount', 'interest_expense_amount',
        'operating_cash_flow_amount', 'total_assets_amount', 'current_assets_amount', 'inventory_amount',
        'receivables_amount', 'total_liabilities_amount', 'current_liabilities_amount', 'retained_earnings_amount',
        'equity_amount',
    ]) }}
{%- endmacro %}

{#
  Altman's Z'' (Altman 1995): 6.56 working capital / assets + 3.26 retained earnings / assets + 6.72 ebit / assets
  + 1.05 equity / liabilities; earnings are taken to a year. `when` is the ending of the columns' names.
#}
{% macro altman_z(when='') -%}
    (
        6.56 * {{ ratio("current_assets_amount" ~ when ~ " - current_liabilities_amount" ~ when, "total_assets_amount" ~ when) }}
        + 3.26 * {{ ratio("retained_earnings_amount" ~ when, "total_assets_amount" ~ when) }}
        + 6.72 * {{ ratio("operating_profit_amount" ~ when ~ " * 12.0 / period_months", "total_assets_amount" ~ when) }}
        + 1.05 * {{ ratio("equity_amount" ~ when, "total_liabilities_amount" ~ when) }}
    )
{%- endmacro %}
