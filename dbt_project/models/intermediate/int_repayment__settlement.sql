{{ config(materialized='view') }}

-- When each installment was covered, as known. Grain: installment x as_of_date.
{{ rolled('int_repayment__settlement') }}
