{{ config(post_hook="analyze {{ this }}") }}

-- Net money of customers with unassigned money, day by day. Grain: customer x contract (null: unassigned) x day x
-- as_of_date, customers in scope.
{{ pooled_money(ref('int_repayment__payment_day'), ref('int_repayment__schedule')) }}
