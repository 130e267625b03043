-- Defaults of a customer, from the day they began to the end of their cure. Grain: customer x as_of_date x default.
with cure as (
    select
        contract.as_of_date,
        contract.customer_id,
        case
            when bool_or(contract.is_restructured) then max(rule.restructured_cure_months)
            else max(rule.default_cure_months)
        end as cure_months
    from {{ ref('int_contract__known') }} as contract
    cross join {{ ref('int_delinquency__rule') }} as rule
    group by 1, 2
),

spent as (
    select entry.*, coalesce(cure.cure_months, rule.default_cure_months) as cure_months
    from {{ ref('int_delinquency__default_entry') }} as entry
    cross join {{ ref('int_delinquency__rule') }} as rule
    left join cure using (as_of_date, customer_id)
)

select *
from ({{ default_spell('spent', ['customer_id']) }}) as ended
