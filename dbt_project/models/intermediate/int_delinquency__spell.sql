-- Spells of material arrears, as known. Grain: contract x as_of_date x spell.
{{ material_spell(ref('int_spine__date')) }}
