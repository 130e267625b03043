{{
    config(
        materialized='appended',
        contract={'enforced': true},
        pre_hook="{{ delete_own_rows() }}",
        post_hook="create unique index if not exists fct_default_label_key on {{ this }} (run_id, as_of_date, customer_id)"
    )
}}

-- Grain: customer x as_of_date x run, customers not in default on the date.
-- The label alone looks past the date: a default begins within the horizon, as known when the horizon ended.
with candidate as (
    select
        feature.customer_id,
        feature.as_of_date,
        horizon.judged_date,
        horizon.horizon_end_date,
        horizon.is_mature
    from {{ ref('fct_customer_features') }} as feature
    inner join {{ ref('int_label__horizon') }} as horizon on feature.as_of_date = horizon.panel_date
    where feature.run_id = '{{ var("run_id") }}' and not feature.is_in_default
),

first_default as (
    select
        candidate.customer_id,
        candidate.as_of_date,
        min(entry.default_date) as default_date
    from candidate
    inner join {{ ref('int_label__default_entry') }} as entry
        on
            candidate.customer_id = entry.customer_id
            and candidate.judged_date = entry.as_of_date
            and entry.default_date > candidate.as_of_date
            and entry.default_date <= candidate.horizon_end_date
    group by 1, 2
)

select
    candidate.customer_id,
    candidate.as_of_date,
    '{{ var("run_id") }}'::text as run_id,
    first_default.default_date is not null as is_default,
    first_default.default_date,
    candidate.is_mature
from candidate
left join first_default
    on candidate.customer_id = first_default.customer_id and candidate.as_of_date = first_default.as_of_date
