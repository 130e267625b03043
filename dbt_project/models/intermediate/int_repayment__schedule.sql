{{ config(post_hook="analyze {{ this }}") }}

-- Installments as known, with what fell due up to each. Grain: installment x as_of_date, customers in scope.
{{ schedule(ref('int_repayment__scope')) }}
