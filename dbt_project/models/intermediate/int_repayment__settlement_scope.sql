-- When each installment was covered, as known. Grain: installment x as_of_date, customers in scope.
{{ settlement(ref('int_repayment__payment_day'), ref('int_repayment__schedule'), ref('int_repayment__pool')) }}
