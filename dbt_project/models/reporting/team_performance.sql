{{ config(materialized='view', schema='bi', persist_docs={'relation': true, 'columns': true}) }}

with newest as (
    select max(as_of_date) as as_of_date
    from {{ source('ledger', 'publication') }}
    where superseded_at is null
),

outcome as (
    select
        closed_by as person_id,
        date_trunc('month', closed_date)::date as month_date,
        coalesce(outcome_code, 'not_recorded') as outcome_code,
        count(*) as done_count,
        count(*) filter (where closed_date <= due_date) as on_time_count
    from {{ source('risk', 'follow_up_task') }}
    where state = 'done'
    group by closed_by, date_trunc('month', closed_date), coalesce(outcome_code, 'not_recorded')
),

task as (
    select
        person_id,
        month_date,
        sum(done_count)::bigint as done_count,
        sum(on_time_count)::bigint as on_time_count,
        jsonb_object_agg(outcome_code, done_count) as outcomes
    from outcome
    group by person_id, month_date
),

promise as (
    select
        recorded_by as person_id,
        date_trunc('month', made_date)::date as month_date,
        count(*) as promise_count,
        count(*) filter (where state = 'kept') as kept_promise_count,
        count(*) filter (where state = 'broken') as broken_promise_count
    from {{ source('risk', 'promise') }}
    group by recorded_by, date_trunc('month', made_date)
),

contact as (
    select
        employee_id as person_id,
        month_date,
        contact_count,
        answered_known_count,
        answered_count,
        complaint_count,
        satisfaction_count,
        satisfaction_sum
    from {{ source('risk', 'contact_month') }}
)

select
    person_id,
    month_date,
    coalesce(task.done_count, 0) as done_count,
    coalesce(task.on_time_count, 0) as on_time_count,
    (task.on_time_count / nullif(task.done_count, 0)::numeric)::double precision as on_time_ratio,
    coalesce(task.outcomes, '{}'::jsonb) as outcomes,
    coalesce(promise.promise_count, 0) as promise_count,
    coalesce(promise.kept_promise_count, 0) as kept_promise_count,
    coalesce(promise.broken_promise_count, 0) as broken_promise_count,
    coalesce(contact.contact_count, 0) as contact_count,
    coalesce(contact.answered_known_count, 0) as answered_known_count,
    coalesce(contact.answered_count, 0) as answered_count,
    (contact.answered_count / nullif(contact.answered_known_count, 0)::numeric)::double precision as answered_ratio,
    coalesce(contact.complaint_count, 0) as complaint_count,
    coalesce(contact.satisfaction_count, 0) as satisfaction_count,
    (contact.satisfaction_sum / nullif(contact.satisfaction_count, 0)::numeric)::double precision
        as mean_satisfaction_score
from task
full outer join promise using (person_id, month_date)
full outer join contact using (person_id, month_date)
cross join newest
where month_date <= newest.as_of_date
