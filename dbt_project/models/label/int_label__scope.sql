{{ config(materialized='rebuilt', unlogged=true, schema='intermediate', post_hook="analyze {{ this }}") }}

-- Whose outcome is looked at, and when. Grain: customer x as_of_date.
select distinct horizon.judged_date as as_of_date, horizon.cutoff_at, feature.customer_id
from {{ ref('fct_customer_features') }} as feature
inner join {{ ref('int_label__horizon') }} as horizon on feature.as_of_date = horizon.panel_date
where feature.run_id = '{{ var("run_id") }}' and not feature.is_in_default
