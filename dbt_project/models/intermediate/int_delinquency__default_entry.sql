-- Material arrears and recorded events, with the day on which they became a default, as known.
-- Grain: customer x contract (null: an event that names none) x as_of_date x interval.
{{ default_entry(ref('int_delinquency__spell'), ref('int_repayment__pause'), ref('int_spine__date')) }}
