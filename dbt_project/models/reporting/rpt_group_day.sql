{{ config(materialized='ephemeral') }}

select
    groups.*,
    published.cutoff_at,
    published.published_at,
    (groups.past_due_amount / nullif(groups.exposure_amount, 0))::double precision as arrears_ratio
from {{ ref('rpt_published_date') }} as published
inner join {{ source('risk', 'group_day') }} as groups
    on published.run_id = groups.run_id and published.as_of_date = groups.as_of_date
