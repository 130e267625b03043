-- Defaults of a contract: its own arrears, its events, and those events of the customer that name no contract.
-- Grain: contract x as_of_date x default.
with cure as (
    select
        as_of_date,
        customer_id,
        contract_id,
        bool_or(is_restructured) over (partition by as_of_date, customer_id) as is_any_restructured
    from {{ ref('int_contract__known') }}
),

spent as (
    select
        cure.as_of_date,
        cure.customer_id,
        cure.contract_id,
        entry.start_date,
        entry.default_date,
        entry.end_date,
        case
            when cure.is_any_restructured then rule.restructured_cure_months else rule.default_cure_months
        end as cure_months
    from cure
    cross join {{ ref('int_delinquency__rule') }} as rule
    inner join {{ ref('int_delinquency__default_entry') }} as entry
        on
            cure.as_of_date = entry.as_of_date
            and cure.customer_id = entry.customer_id
            and (entry.contract_id is null or cure.contract_id = entry.contract_id)
)

select *
from ({{ default_spell('spent', ['customer_id', 'contract_id']) }}) as ended
