{{ config(materialized='rebuilt', unlogged=true, schema='intermediate', post_hook="analyze {{ this }}") }}

-- Coverage day by day of customers with unassigned money, as known when outcomes are looked at.
-- Grain: installment x day x as_of_date.
{{ pooled_coverage(ref('int_label__pool_money'), ref('int_label__schedule')) }}
