{{ config(tags=['label']) }}

-- What an arrear must exceed to count towards a default. Grain: contract, as first described, so that the bound is the
-- same for every date from known_from on; outcomes are judged by it too, whichever run made it last.
with first_contract as (
    select distinct on (customer_id, contract_id) customer_id, contract_id, limit_amount, known_from
    from {{ ref('stg_landing__contract') }}
    where not is_deleted and (superseded_at is null or superseded_at > known_from)
    order by customer_id, contract_id, known_from
),

customer_type as (
    select distinct on (customer_id) customer_id, customer_type_code, known_from
    from {{ ref('stg_landing__customer') }}
    where superseded_at is null or superseded_at > known_from
    order by customer_id, known_from, valid_from_date desc
)

select
    contract.customer_id,
    contract.contract_id,
    greatest(contract.known_from, customer_type.known_from) as known_from,
    {% if var('materiality_amount') is none -%}
        greatest(
            coalesce(bound.absolute_amount, 0),
            coalesce(bound.relative_pct, 0) / 100.0 * coalesce(contract.limit_amount, 0)
        )
    {%- else -%}
        {{ var('materiality_amount') }}
    {%- endif %} as bound_amount
from first_contract as contract
inner join customer_type using (customer_id)
left join {{ ref('materiality') }} as bound
    on customer_type.customer_type_code = bound.customer_type_code and bound.currency = '{{ var("currency") }}'
