{{ config(materialized='view') }}

-- What was paid. Grain: customer x as_of_date, customers who paid within paid_lookback_days.
select *, as_of_date - last_payment_date as days_since_payment_days
from ({{ rolled('int_repayment__paid') }}) as paid
