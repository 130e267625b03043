{{ config(materialized='rebuilt', unlogged=true, schema='intermediate', post_hook="analyze {{ this }}") }}

-- Installments, as known when outcomes are looked at. Grain: installment x as_of_date.
{{ schedule(ref('int_label__scope')) }}
