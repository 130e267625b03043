{{ config(materialized='view') }}

-- How late installments were paid. Grain: customer x as_of_date, customers of whom one fell due.
{{ rolled('int_repayment__lateness') }}
