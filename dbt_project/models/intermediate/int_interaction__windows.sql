{{ config(materialized='view') }}

-- Contacts. Grain: customer x as_of_date, customers with a contact in the last contact_lookback_days.
select
    *,
    as_of_date - last_contact_date as days_since_contact_days,
    as_of_date - last_attempt_date as days_since_attempt_days,
    as_of_date - last_complaint_date as days_since_complaint_days
from ({{ rolled('int_interaction__windows') }}) as contact
