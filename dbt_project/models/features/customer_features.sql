{{ config(materialized='view') }}

-- Grain: customer x as_of_date, of the run that stands for the date.
select slice.*
from {{ ref('fct_customer_features') }} as slice
inner join ({{ standing_runs() }}) as standing
    on slice.as_of_date = standing.as_of_date and slice.run_id = standing.run_id
