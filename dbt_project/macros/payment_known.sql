{#
  Payments as known at the `dates` (as_of_date, cutoff_at), with the contract they count for: the one they name, else the
  customer's only one. Null where the customer has several: such money goes to the oldest due of all
  (int_repayment__arrears).
#}
{% macro payment_known(dates) -%}
    select
        dates.as_of_date,
        payment.customer_id,
        coalesce(payment.contract_id, sole.contract_id) as contract_id,
        payment.payment_date,
        payment.paid_amount
    from {{ dates }} as dates
    inner join {{ ref('stg_landing__payment') }} as payment on {{ known_at('payment', 'dates') }}
    left join (
        select dates.as_of_date, contract.customer_id, min(contract.contract_id) as contract_id
        from {{ dates }} as dates
        inner join {{ ref('stg_landing__contract') }} as contract on {{ known_at('contract', 'dates') }}
        group by 1, 2
        having count(*) = 1
    ) as sole
        on
            payment.contract_id is null
            and dates.as_of_date = sole.as_of_date
            and payment.customer_id = sole.customer_id
{%- endmacro %}
