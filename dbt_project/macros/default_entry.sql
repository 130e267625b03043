{#
  Days on which a default began. An installment still uncovered default_dpd_days + 1 days after its due date starts one
  when what the contract owes past due on that day exceeds both materiality bounds: the absolute one of the currency and
  customer type, and the relative one of the contract's limit. So does every recorded default event.

  `settlement` names a relation as the macro of that name makes it, `dates` one of (as_of_date, cutoff_at).
#}
{% macro default_entry(settlement, dates) -%}
with late as (
    select
        as_of_date,
        customer_id,
        contract_id,
        due_date + {{ var('default_dpd_days') or 0 }} + 1 as default_date
    from {{ settlement }}
    where
        {{ 'false' if var('default_dpd_days') is none else 'true' }}
        and due_date + {{ var('default_dpd_days') or 0 }} + 1 <= as_of_date
        and (settled_date is null or settled_date > due_date + {{ var('default_dpd_days') or 0 }} + 1)
),

owed as (
    select
        late.as_of_date,
        late.customer_id,
        late.contract_id,
        late.default_date,
        sum(other.due_amount) as past_due_amount
    from (select distinct * from late) as late
    inner join {{ settlement }} as other
        on
            late.as_of_date = other.as_of_date
            and late.customer_id = other.customer_id
            and late.contract_id = other.contract_id
            and other.due_date < late.default_date
            and (other.settled_date is null or other.settled_date > late.default_date)
    group by 1, 2, 3, 4
),

material as (
    select owed.as_of_date, owed.customer_id, owed.default_date
    from owed
    inner join {{ dates }} as dates on owed.as_of_date = dates.as_of_date
    left join {{ ref('int_delinquency__bound') }} as bound
        on owed.customer_id = bound.customer_id and owed.contract_id = bound.contract_id
    where owed.past_due_amount > coalesce(bound.bound_amount, 0)
),

recorded as (
    select dates.as_of_date, event.customer_id, event.event_date as default_date
    from {{ dates }} as dates
    inner join {{ ref('stg_landing__default_event') }} as event on {{ known_at('event', 'dates') }}
)

select as_of_date, customer_id, default_date, 'past_due' as cause_code from material
union
select as_of_date, customer_id, default_date, 'recorded' as cause_code from recorded
{%- endmacro %}
