{{ config(materialized='rebuilt', unlogged=true, schema='intermediate') }}

-- Material arrears and recorded events, with the day on which they became a default, as known when outcomes are looked
-- at. Grain: customer x contract (null: an event that names none) x as_of_date x interval.
{{ default_entry(ref('int_label__spell'), ref('int_label__pause'), ref('int_label__date')) }}
