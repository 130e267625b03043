-- Category and stage of a contract with the clause that decided. Grain: contract x as_of_date.
-- An enterprise with more than contamination_pct of its claims non-performing is non-performing as a whole.
-- IFRS 9 stage by its backstops; a significant rise of pd is judged where scores are known.
with place as (
    select sort_order as substandard
    from {{ ref('asset_category') }}
    where category_code = 'substandard'
),

obligor as (
    select
        contract.as_of_date,
        contract.customer_id,
        sum(contract.outstanding_amount) filter (where own.category_place >= place.substandard)
        > max(rule.contamination_pct) / 100.0 * sum(contract.outstanding_amount) as is_non_performing
    from {{ ref('int_repayment__contract') }} as contract
    cross join place
    cross join {{ ref('int_delinquency__rule') }} as rule
    inner join {{ ref('int_customer__known') }} as customer using (as_of_date, customer_id)
    left join {{ ref('int_delinquency__own_category') }} as own using (as_of_date, customer_id, contract_id)
    where customer.customer_type_code = 'enterprise'
    group by 1, 2
),

judged as (
    select
        contract.as_of_date,
        contract.customer_id,
        contract.contract_id,
        contract.dpd_days,
        contract.is_restructured,
        own.default_date,
        own.category_place,
        own.category_clause_code,
        coalesce(obligor.is_non_performing, false)
        and contract.is_open
        and coalesce(own.category_place, 0) < place.substandard as is_contaminated,
        obligor_default.customer_id is not null and obligor.customer_id is not null as is_obligor_in_default,
        place.substandard,
        rule.significant_dpd_days
    from {{ ref('int_repayment__contract') }} as contract
    cross join place
    cross join {{ ref('int_delinquency__rule') }} as rule
    left join {{ ref('int_delinquency__own_category') }} as own using (as_of_date, customer_id, contract_id)
    left join obligor using (as_of_date, customer_id)
    left join (
        select distinct as_of_date, customer_id
        from {{ ref('int_delinquency__default') }}
        where end_date is null
    ) as obligor_default using (as_of_date, customer_id)
),

staged as (
    select
        *,
        case when is_contaminated then substandard else category_place end as place,
        case
            when default_date is not null then 'default'
            when is_obligor_in_default then 'obligor_default'
            when dpd_days > significant_dpd_days then 'past_due'
            when is_restructured then 'restructured'
            when dpd_days is not null then 'none'
        end as stage_clause_code
    from judged
)

select
    staged.as_of_date,
    staged.customer_id,
    staged.contract_id,
    staged.default_date,
    staged.default_date is not null as is_in_default,
    category.category_code,
    category.sort_order as category_place,
    case when staged.is_contaminated then 'contamination' else staged.category_clause_code end as category_clause_code,
    case
        when staged.stage_clause_code in ('default', 'obligor_default') then 3
        when staged.stage_clause_code in ('past_due', 'restructured') then 2
        when staged.stage_clause_code = 'none' then 1
    end as stage_number,
    staged.stage_clause_code
from staged
left join {{ ref('asset_category') }} as category on staged.place = category.sort_order
