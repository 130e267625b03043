{{ config(materialized='view') }}

-- Grain: contract x as_of_date, of the run that stands for the date.
select slice.*
from {{ ref('fct_contract_delinquency') }} as slice
inner join ({{ standing_runs() }}) as standing
    on slice.as_of_date = standing.as_of_date and slice.run_id = standing.run_id
