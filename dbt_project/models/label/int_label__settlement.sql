{{ config(materialized='table', schema='intermediate') }}

-- When each installment was covered, as known when outcomes are looked at. Grain: installment.
{{ settlement(ref('int_label__date')) }}
