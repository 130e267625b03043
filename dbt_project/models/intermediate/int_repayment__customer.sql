-- Delinquency of a customer: the worst contract counts. Grain: customer x as_of_date.
with standing as (
    select
        contract.as_of_date,
        contract.customer_id,
        max(contract.dpd_days) as dpd_days,
        max(contract.delinquent_days) as delinquent_days,
        sum(contract.past_due_amount) as past_due_amount,
        count(*) filter (where contract.dpd_days > 0) as past_due_contract_count,
        count(contract.dpd_days) as scheduled_contract_count,
        max(category.category_place) filter (where contract.is_open or contract.past_due_amount > 0) as category_place,
        max(category.stage_number) filter (where contract.is_open or contract.past_due_amount > 0) as stage_number,
        coalesce(sum(contract.outstanding_amount) filter (
            where category.category_code in ('substandard', 'doubtful', 'loss')
        ), 0) as non_performing_amount,
        sum(contract.outstanding_amount) as outstanding_amount
    from {{ ref('int_repayment__contract') }} as contract
    left join {{ ref('int_delinquency__category') }} as category using (as_of_date, customer_id, contract_id)
    group by 1, 2
),

defaulted as (
    select
        as_of_date,
        customer_id,
        max(default_date) filter (where end_date is null) as default_date,
        max(end_date) as last_default_end_date
    from {{ ref('int_delinquency__default') }}
    group by 1, 2
),

recorded as (
    select as_of_date, customer_id, max(default_date) as last_event_date
    from {{ ref('int_delinquency__default_entry') }}
    where cause_code = 'recorded'
    group by 1, 2
)

select
    spine.as_of_date,
    spine.customer_id,
    standing.dpd_days,
    standing.delinquent_days,
    standing.past_due_amount,
    case when standing.scheduled_contract_count > 0 then standing.past_due_contract_count end
        as past_due_contract_count,
    category.category_code,
    category.category_code in ('substandard', 'doubtful', 'loss') as is_non_performing,
    standing.stage_number,
    {{ ratio('standing.non_performing_amount', 'standing.outstanding_amount') }} as non_performing_ratio,
    defaulted.default_date is not null as is_in_default,
    spine.as_of_date - defaulted.default_date as default_days,
    spine.as_of_date - defaulted.last_default_end_date as days_since_default_end_days,
    coalesce({{ within('recorded.last_event_date', 365, 'spine.as_of_date') }}, false) as has_default_event_365d
from {{ ref('int_spine__customer_date') }} as spine
left join standing using (as_of_date, customer_id)
left join {{ ref('asset_category') }} as category on standing.category_place = category.sort_order
left join defaulted using (as_of_date, customer_id)
left join recorded using (as_of_date, customer_id)
