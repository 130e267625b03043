{{ config(materialized='rebuilt', unlogged=true, schema='intermediate') }}

-- The one moment at which outcomes are looked at. Grain: one row.
select
    {{ local_date("'" ~ var('label_known_before') ~ "'::timestamptz - interval '1 microsecond'") }} as as_of_date,
    '{{ var("label_known_before") }}'::timestamptz as cutoff_at
