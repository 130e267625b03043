{{ config(materialized='rebuilt', unlogged=true, schema='intermediate', post_hook="analyze {{ this }}") }}

-- Net money of customers with unassigned money, day by day, as known when outcomes are looked at.
-- Grain: customer x contract (null: unassigned) x day x as_of_date.
{{ pooled_money(ref('int_label__payment_day'), ref('int_label__schedule')) }}
