{{ config(materialized='table', schema='intermediate') }}

-- Days on which a default began, as known when outcomes are looked at. Grain: customer x default_date.
{{ default_entry(ref('int_label__spell'), ref('int_label__date')) }}
