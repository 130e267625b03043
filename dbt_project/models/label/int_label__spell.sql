{{ config(materialized='table', schema='intermediate') }}

-- Spells of material arrears, as known when outcomes are looked at. Grain: contract x spell.
{{ material_spell(ref('int_label__date')) }}
