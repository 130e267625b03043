-- One row per version of one customer as described from valid_from_date on.
select
    customer_id,
    valid_from_date,
    customer_type_code,
    customer_name,
    id_number,
    phone_number,
    email_address,
    birth_year,
    sex_code,
    marriage_code,
    education_code,
    employment_code,
    industry_code,
    city_name,
    manager_id,
    manager_name,
    registered_date,
    onboarded_date,
    is_deleted,
    valid_from_date as effective_date,
    observed_at as known_from,
    lead(observed_at) over (
        partition by customer_id, valid_from_date
        order by observed_at, content_hash
    ) as superseded_at
from {{ source('landing', 'customer') }}
