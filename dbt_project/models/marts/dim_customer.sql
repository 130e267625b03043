{{ config(post_hook="create index if not exists dim_customer_key on {{ this }} (customer_id, valid_from_date)") }}

-- Grain: customer x validity interval x knowledge interval. Both intervals hold their start and not their end.
-- What was known changes whenever any version of the customer becomes known; between two such instants every
-- description holds until the next one begins.
with instant as (
    select distinct
        customer_id,
        known_from
    from {{ ref('stg_landing__customer') }}
),

span as (
    select
        customer_id,
        known_from,
        lead(known_from) over (partition by customer_id order by known_from) as known_to
    from instant
)

select
    current_version.customer_id,
    current_version.customer_type_code,
    current_version.customer_name,
    current_version.id_number,
    current_version.phone_number,
    current_version.email_address,
    current_version.birth_year,
    current_version.sex_code,
    current_version.marriage_code,
    current_version.education_code,
    current_version.employment_code,
    current_version.account_type_code,
    current_version.industry_code,
    current_version.city_name,
    current_version.manager_id,
    current_version.manager_name,
    current_version.registered_date,
    current_version.onboarded_date,
    current_version.valid_from_date,
    lead(current_version.valid_from_date) over (
        partition by current_version.customer_id, span.known_from
        order by current_version.valid_from_date
    ) as valid_to_date,
    span.known_from,
    span.known_to
from span
inner join {{ ref('stg_landing__customer') }} as current_version
    on
        span.customer_id = current_version.customer_id
        and span.known_from >= current_version.known_from
        and (current_version.superseded_at is null or current_version.superseded_at > span.known_from)
        and not current_version.is_deleted
