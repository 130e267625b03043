{{ config(materialized='ephemeral') }}

select
    started.customer_id,
    started.as_of_date as default_date,
    started.building_id,
    started.industry_code,
    started.exposure_amount
from {{ source('risk', 'default_start') }} as started
inner join {{ ref('rpt_published_date') }} as publication
    on started.run_id = publication.run_id and started.as_of_date = publication.as_of_date
