{{ config(materialized='view') }}

-- Sums over windows of transactions, as known. Grain: customer x as_of_date, customers with a transaction in them.
select
    as_of_date,
    customer_id,
    {% for sum in transaction_sums() -%}
        {{ sum }},
    {% endfor -%}
    last_day,
    last_inflow_day,
    outflow_peak_units[cardinality(outflow_peak_units)] as largest_outflow_units
from ({{ rolled('int_transactions__sums') }}) as summed
