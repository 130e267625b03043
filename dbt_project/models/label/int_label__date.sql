{{ config(materialized='rebuilt', unlogged=true, schema='intermediate') }}

-- The moments at which outcomes are looked at, each as the end of a date. Grain: as_of_date.
select distinct judged_date as as_of_date, cutoff_at
from {{ ref('int_label__horizon') }}
