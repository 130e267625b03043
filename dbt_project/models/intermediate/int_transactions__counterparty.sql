{{ config(materialized='view') }}

-- With how many others a customer deals, and how many are new. Grain: customer x as_of_date.
{{ rolled('int_transactions__dealings') }}
