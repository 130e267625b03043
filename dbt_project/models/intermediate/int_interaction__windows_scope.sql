-- Contacts. Grain: customer x as_of_date, customers in scope with a contact in the
-- last contact_lookback_days.
-- A promise is broken when less than the promised amount was paid from the promise to the promised day.
with contact as (
    select
        scope.as_of_date, scope.customer_id, contacted.interaction_id, contacted.effective_date,
        scope.as_of_date - contacted.effective_date as age_days, contacted.is_answered, contacted.is_complaint,
        contacted.satisfaction_score, contacted.promised_amount, contacted.promised_date
    from {{ ref('int_interaction__scope') }} as scope
    inner join {{ ref('stg_landing__interaction') }} as contacted
        on
            scope.customer_id = contacted.customer_id
            and {{ known_at('contacted', 'scope') }}
            and contacted.effective_date > scope.as_of_date - {{ var('contact_lookback_days') }}
),

promise as (
    select
        contact.as_of_date,
        contact.customer_id,
        contact.effective_date,
        contact.promised_amount > coalesce(sum(payment.paid_amount), 0) as is_broken
    from contact
    inner join {{ ref('int_spine__date') }} as dates using (as_of_date)
    left join {{ ref('stg_landing__payment') }} as payment
        on
            contact.customer_id = payment.customer_id
            and payment.payment_date between contact.effective_date and contact.promised_date
            and {{ known_at('payment', 'dates') }}
    where
        contact.promised_date < contact.as_of_date
        and contact.promised_amount > 0
        and contact.age_days < 365
    group by
        contact.as_of_date, contact.customer_id, contact.interaction_id, contact.effective_date,
        contact.promised_amount, contact.promised_date
),

kept as (
    select as_of_date, customer_id, count(*) as promise_count, count(*) filter (where is_broken) as broken_count
    from promise
    group by 1, 2
)

select
    contact.as_of_date,
    contact.customer_id,
    count(*) filter (where contact.age_days < 30) as contact_30d_count,
    count(*) filter (where contact.age_days < 90) as contact_90d_count,
    count(*) filter (where not contact.is_answered and contact.age_days < 30) as unanswered_contact_30d_count,
    count(*) filter (where not contact.is_answered and contact.age_days < 90) as unanswered_contact_90d_count,
    count(*) filter (where contact.is_complaint and contact.age_days < 90) as complaint_90d_count,
    (avg(contact.satisfaction_score) filter (where contact.age_days < 365))::double precision as satisfaction_365d,
    max(contact.effective_date) filter (where contact.is_answered) as last_contact_date,
    coalesce(max(kept.promise_count), 0) as promise_365d_count,
    coalesce(max(kept.broken_count), 0) as broken_promise_365d_count
from contact
left join kept using (as_of_date, customer_id)
group by contact.as_of_date, contact.customer_id
