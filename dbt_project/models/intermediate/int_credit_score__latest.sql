{{ config(materialized='view') }}

-- Outside credit score and how it moved. Grain: customer x as_of_date, customers with a score of the last
-- score_lookback_days.
select *, as_of_date - score_date as credit_score_age_days
from ({{ rolled('int_credit_score__latest') }}) as score
