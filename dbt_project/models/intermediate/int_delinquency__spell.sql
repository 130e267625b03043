{{ config(materialized='view') }}

-- Spells of arrears, as known. Grain: contract x as_of_date x is_material x spell.
{{ rolled('int_delinquency__spell') }}
