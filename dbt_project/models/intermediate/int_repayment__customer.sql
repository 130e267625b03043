-- Delinquency of a customer: the worst contract counts. Grain: customer x as_of_date.
with contract as (
    select
        standing.*,
        greatest(standing.dpd_days - standing.grace_days, 0) as delinquent_days,
        coalesce(standing.past_due_amount > bound.bound_amount, false) as is_material
    from {{ ref('int_repayment__contract') }} as standing
    left join {{ ref('int_delinquency__bound') }} as bound using (customer_id, contract_id)
),

recorded as (
    select
        dates.as_of_date, event.customer_id, max(event.event_date) as last_event_date,
        bool_or(event.end_date is null or event.end_date > dates.as_of_date) as has_open_event
    from {{ ref('int_spine__date') }} as dates
    inner join {{ ref('stg_landing__default_event') }} as event on {{ known_at('event', 'dates') }}
    group by 1, 2
),

standing as (
    select
        as_of_date,
        customer_id,
        max(dpd_days) as dpd_days,
        max(delinquent_days) as delinquent_days,
        sum(past_due_amount) as past_due_amount,
        count(*) filter (where dpd_days > 0) as past_due_contract_count,
        count(dpd_days) as scheduled_contract_count,
        bool_or(is_material and dpd_days > {{ var('default_dpd_days') or 0 }}) as is_past_due_default
    from contract
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
    coalesce(standing.is_past_due_default, false) or coalesce(recorded.has_open_event, false) as is_in_default,
    coalesce({{ within('recorded.last_event_date', 365, 'spine.as_of_date') }}, false) as has_default_event_365d
from {{ ref('int_spine__customer_date') }} as spine
left join standing using (as_of_date, customer_id)
left join recorded using (as_of_date, customer_id)
