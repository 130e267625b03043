-- Contacts. Grain: customer x as_of_date, customers with a contact in the last contact_lookback_days.
-- A promise is broken when less than the promised amount was paid from the promise to the promised day.
with contact as (
    select
        spine.as_of_date, spine.customer_id, contacted.interaction_id, contacted.interaction_at,
        contacted.effective_date, spine.as_of_date - contacted.effective_date as age_days, contacted.purpose_code,
        contacted.is_answered, contacted.is_complaint, contacted.satisfaction_score, contacted.promised_amount,
        contacted.promised_date,
        max(contacted.interaction_at) filter (
            where contacted.is_answered and contacted.effective_date > spine.as_of_date - 365
        ) over (partition by spine.as_of_date, spine.customer_id) as last_answered_at
    from {{ ref('int_spine__customer_date') }} as spine
    inner join {{ ref('stg_landing__interaction') }} as contacted
        on
            spine.customer_id = contacted.customer_id
            and {{ known_at('contacted', 'spine') }}
            and contacted.effective_date > spine.as_of_date - {{ var('contact_lookback_days') }}
    where contacted.interaction_at >= {{ start_of_lookback(var('contact_lookback_days')) }}
),

promise as (
    select
        contact.as_of_date,
        contact.customer_id,
        contact.effective_date,
        contact.age_days,
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
        contact.as_of_date, contact.customer_id, contact.interaction_id, contact.effective_date, contact.age_days,
        contact.promised_amount, contact.promised_date
),

kept as (
    select
        as_of_date,
        customer_id,
        count(*) as promise_count,
        count(*) filter (where is_broken) as broken_count,
        count(*) filter (where is_broken and age_days < 90) as broken_90d_count
    from promise
    group by 1, 2
)

select
    contact.as_of_date,
    contact.customer_id,
    {% for days in (7, 30, 90, 180, 365) -%}
        count(*) filter (where contact.age_days < {{ days }}) as contact_{{ days }}d_count,
        count(*) filter (where not contact.is_answered and contact.age_days < {{ days }})
            as unanswered_contact_{{ days }}d_count,
        count(*) filter (where contact.is_complaint and contact.age_days < {{ days }}) as complaint_{{ days }}d_count,
    {% endfor -%}
    {% for days in (90, 365) -%}
        {{ ratio(
            "count(*) filter (where not contact.is_answered and contact.age_days < " ~ days ~ ")",
            "count(contact.is_answered) filter (where contact.age_days < " ~ days ~ ")"
        ) }} as unanswered_contact_{{ days }}d_ratio,
        (avg(contact.satisfaction_score) filter (where contact.age_days < {{ days }}))::double precision
            as satisfaction_{{ days }}d,
    {% endfor -%}
    (
        avg(contact.satisfaction_score) filter (where contact.age_days < 90)
        - avg(contact.satisfaction_score) filter (where contact.age_days >= 90 and contact.age_days < 365)
    )::double precision as satisfaction_change_90d,
    min(contact.satisfaction_score) filter (where contact.age_days < 365) as satisfaction_lowest_365d,
    count(*) filter (
        where
        not contact.is_answered
        and contact.age_days < 365
        and (contact.last_answered_at is null or contact.interaction_at > contact.last_answered_at)
    ) as unanswered_streak_count,
    count(*) filter (where contact.purpose_code = 'dunning' and contact.age_days < 90) as dunning_contact_90d_count,
    contact.as_of_date - max(contact.effective_date) filter (where contact.is_answered) as days_since_contact_days,
    contact.as_of_date - max(contact.effective_date) as days_since_attempt_days,
    contact.as_of_date - max(contact.effective_date) filter (where contact.is_complaint) as days_since_complaint_days,
    coalesce(max(kept.promise_count), 0) as promise_365d_count,
    coalesce(max(kept.broken_count), 0) as broken_promise_365d_count,
    coalesce(max(kept.broken_90d_count), 0) as broken_promise_90d_count,
    coalesce(max(kept.promise_count - kept.broken_count), 0) as kept_promise_365d_count,
    {{ ratio("max(kept.promise_count - kept.broken_count)", "max(kept.promise_count)") }} as kept_promise_365d_ratio,
    coalesce(sum(contact.promised_amount) filter (
        where contact.promised_date >= contact.as_of_date and contact.age_days < 365
    ), 0) as open_promise_amount
from contact
left join kept using (as_of_date, customer_id)
group by contact.as_of_date, contact.customer_id
