{{ config(materialized='view') }}

-- Sums over windows of transactions, as known. Grain: customer x as_of_date, customers with a transaction in them.
{{ rolled('int_transactions__sums') }}
