{{ config(materialized='rebuilt', unlogged=true, schema='intermediate', post_hook="analyze {{ this }}") }}

-- Everybody, when outcomes are looked at. Grain: customer.
select moment.as_of_date, moment.cutoff_at, customer.customer_id
from {{ ref('int_label__date') }} as moment
cross join (select distinct customer_id from {{ ref('stg_landing__customer') }}) as customer
