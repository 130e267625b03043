{{ config(materialized='rebuilt', unlogged=true, schema='intermediate') }}

-- Spells of arrears, as known when outcomes are looked at. Grain: contract x as_of_date x is_material x spell.
{{ arrears_spell(
    ref('int_label__payment_day'), ref('int_label__schedule'), ref('int_label__pool'), ref('int_label__date')
) }}
