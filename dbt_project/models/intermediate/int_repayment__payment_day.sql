{{ config(post_hook="analyze {{ this }}") }}

-- What was paid each day, by the contract it counts for, as known. Grain: customer x contract x payment_date x
-- as_of_date, customers in scope.
{{ payment_day(ref('int_repayment__scope')) }}
