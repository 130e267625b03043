-- The dates of this run. Grain: as_of_date.
{{ as_of_dates() }}
