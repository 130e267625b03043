{{ config(materialized='rebuilt', unlogged=true, schema='intermediate', post_hook="analyze {{ this }}") }}

-- What was paid each day, as known when outcomes are looked at. Grain: customer x contract x payment_date x as_of_date.
{{ payment_day(ref('int_label__scope')) }}
