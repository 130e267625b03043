{{ config(materialized='view') }}

-- What is owed on each contract. Grain: contract x as_of_date, contracts with an installment.
{{ rolled('int_repayment__standing') }}
