{{ config(materialized='ephemeral') }}

-- Names leave the marts as their first character alone.
select
    customer_id,
    valid_from_date,
    valid_to_date,
    known_from,
    known_to,
    left(customer_name, 1) || '**' as customer_name_masked,
    manager_id as relationship_manager_id
from {{ ref('dim_customer') }}
