{{ config(materialized='rebuilt', unlogged=true, schema='intermediate') }}

-- When the outcome of each date is looked at: at the end of its horizon, or, where that is yet to come, at the last
-- moment that counts. What becomes known later changes no label. Grain: panel_date.
with horizon as (
    select
        panel_date,
        panel_date + {{ var('horizon_days') }} as horizon_end_date,
        {{ instant_of('panel_date + ' ~ var('horizon_days') ~ ' + 1') }} as horizon_end_at
    from unnest({{ dates_of_run() }}) as dates (panel_date)
),

looked_at as (
    select
        *,
        least(horizon_end_at, '{{ var("label_known_before") }}'::timestamptz) as cutoff_at
    from horizon
)

select
    panel_date,
    horizon_end_date,
    {{ local_date("cutoff_at - interval '1 microsecond'") }} as judged_date,
    cutoff_at,
    horizon_end_at <= '{{ var("label_known_before") }}'::timestamptz as is_mature
from looked_at
