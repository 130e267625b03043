-- Delinquency of a customer: the worst contract counts. Grain: customer x as_of_date.
with standing as (
    select
        as_of_date,
        customer_id,
        max(dpd_days) as dpd_days,
        max(greatest(dpd_days - grace_days, 0)) filter (where dpd_days is not null) as delinquent_days,
        sum(past_due_amount) as past_due_amount,
        count(*) filter (where dpd_days > 0) as past_due_contract_count,
        count(dpd_days) as scheduled_contract_count
    from {{ ref('int_repayment__contract') }}
    group by 1, 2
),

defaulted as (
    select
        as_of_date,
        customer_id,
        bool_or(end_date is null) as is_in_default,
        max(default_date) filter (where cause_code = 'recorded') as last_event_date
    from {{ ref('int_delinquency__default_entry') }}
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
    coalesce(defaulted.is_in_default, false) as is_in_default,
    coalesce({{ within('defaulted.last_event_date', 365, 'spine.as_of_date') }}, false) as has_default_event_365d
from {{ ref('int_spine__customer_date') }} as spine
left join standing using (as_of_date, customer_id)
left join defaulted using (as_of_date, customer_id)
