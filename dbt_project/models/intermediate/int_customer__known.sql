{{ config(post_hook="analyze {{ this }} (as_of_date, customer_id)") }}

-- Who is known and how described. Grain: customer x as_of_date, the newest description that took effect by then.
select distinct on (dates.as_of_date, customer.customer_id)
    dates.as_of_date,
    dates.cutoff_at,
    customer.customer_id,
    customer.customer_type_code,
    customer.industry_code,
    customer.education_code,
    customer.employment_code,
    customer.account_type_code,
    customer.registered_date,
    customer.onboarded_date
from {{ ref('int_spine__date') }} as dates
inner join {{ ref('stg_landing__customer') }} as customer on {{ known_at('customer', 'dates') }}
order by dates.as_of_date, customer.customer_id, customer.valid_from_date desc
