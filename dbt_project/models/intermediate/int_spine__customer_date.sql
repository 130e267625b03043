{{ config(post_hook=[
    "create unique index on {{ this }} (customer_id, as_of_date)", "analyze {{ this }} (customer_id)"
]) }}

-- Who is described on which date. Grain: customer x as_of_date.
-- Portfolios that list the customers to judge describe just those; the others every customer who has a contract or a
-- unit, or left less than left_days ago.
with active as (
    select as_of_date, customer_id
    from {{ ref('int_contract__known') }}
    where is_open or closed_date > as_of_date - {{ var('left_days') }}
    union
    select as_of_date, customer_id
    from {{ ref('int_occupancy__known') }}
    where end_date is null or end_date > as_of_date - {{ var('left_days') }}
),

listed as (
    select dates.as_of_date, judged.customer_id
    from {{ ref('int_spine__date') }} as dates
    inner join {{ ref('stg_landing__judged_customer') }} as judged
        on {{ known_at('judged', 'dates') }} and judged.judged_date = dates.as_of_date
)

select
    customer.as_of_date,
    customer.cutoff_at,
    customer.customer_id,
    customer.customer_type_code,
    customer.industry_code,
    customer.education_code,
    customer.employment_code,
    customer.account_type_code,
    customer.registered_date,
    customer.onboarded_date
from {{ ref('int_customer__known') }} as customer
inner join {{ 'listed' if var('judged_dates') == 'listed' else 'active' }} as chosen
    on customer.as_of_date = chosen.as_of_date and customer.customer_id = chosen.customer_id
where customer.onboarded_date <= customer.as_of_date
