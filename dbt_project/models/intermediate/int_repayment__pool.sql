{{ config(post_hook="analyze {{ this }}") }}

-- Coverage day by day of customers with unassigned money. Grain: installment x day x as_of_date, customers in scope.
{{ pooled_coverage(ref('int_repayment__pool_money'), ref('int_repayment__schedule')) }}
