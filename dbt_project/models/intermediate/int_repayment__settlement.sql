-- When each installment was covered, as known. Grain: installment x as_of_date.
{{ settlement(ref('int_spine__date')) }}
