-- Spells of arrears, as known. Grain: contract x as_of_date x is_material x spell, customers in scope.
{{ arrears_spell(
    ref('int_repayment__payment_day'), ref('int_repayment__schedule'), ref('int_repayment__pool'), ref('int_spine__date')
) }}
