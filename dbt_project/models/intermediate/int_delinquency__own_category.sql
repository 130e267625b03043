-- Category of a contract by itself (五级分类, Order 2023 No. 1). Grain: contract x as_of_date, where a clause applies.
-- The worst category wins; of clauses that lead to the same one the first decides.
with held as (
    select as_of_date, customer_id, contract_id, max(default_date) as default_date
    from {{ ref('int_delinquency__contract_default') }}
    where end_date is null
    group by 1, 2, 3
),

place as (
    select
        max(sort_order) filter (where category_code = 'normal') as normal,
        max(sort_order) filter (where category_code = 'special_mention') as special_mention,
        max(sort_order) filter (where category_code = 'substandard') as substandard
    from {{ ref('asset_category') }}
),

standing as (
    select
        contract.*,
        held.default_date,
        cure.contract_id is not null as is_in_cure,
        contract.is_technical and contract.dpd_days between 1 and rule.technical_days as is_excused,
        (
            select max(category.sort_order) from {{ ref('asset_category') }} as category
            where contract.dpd_days > category.over_dpd_days
        ) as place_by_days
    from {{ ref('int_repayment__contract') }} as contract
    cross join {{ ref('int_delinquency__rule') }} as rule
    left join held using (as_of_date, customer_id, contract_id)
    left join {{ ref('int_delinquency__cure') }} as cure using (as_of_date, customer_id, contract_id)
)

select distinct on (standing.as_of_date, standing.customer_id, standing.contract_id)
    standing.as_of_date,
    standing.customer_id,
    standing.contract_id,
    standing.default_date,
    clause.place as category_place,
    clause.code as category_clause_code
from standing
cross join place
cross join
    lateral (
        values
        ('past_due', case when not standing.is_excused then standing.place_by_days end, 1),
        ('default', case when standing.default_date is not null then place.substandard end, 2),
        ('cure', case when standing.is_in_cure then place.substandard end, 3),
        ('restructured', case when standing.is_restructured then place.special_mention end, 4),
        ('technical', case when standing.is_excused then place.normal end, 5),
        ('current', case when standing.dpd_days = 0 then place.normal end, 6)
    ) as clause (code, place, precedence)
where clause.place is not null
order by
    standing.as_of_date, standing.customer_id, standing.contract_id, clause.place desc, clause.precedence
