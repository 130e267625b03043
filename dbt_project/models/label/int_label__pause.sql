{{ config(materialized='rebuilt', unlogged=true, schema='intermediate') }}

-- Days on which days past due are not counted, as known when outcomes are looked at.
-- Grain: customer x contract (null: all) x as_of_date.
{{ pause_known(ref('int_label__date')) }}
