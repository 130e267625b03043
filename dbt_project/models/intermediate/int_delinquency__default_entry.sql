-- Days on which a default began, as known. Grain: customer x as_of_date x default_date.
{{ default_entry(ref('int_delinquency__spell'), ref('int_spine__date')) }}
