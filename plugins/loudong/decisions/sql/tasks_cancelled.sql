-- Dunning that nobody has touched, of arrears that are gone or of a step that a later one overtook. What a person
-- assigned or noted stays.
with idle as (
    select
        task.customer_id,
        task.task_id,
        task.state,
        case
            when spell.ended_date is not null then 'the arrears are paid'
            else 'overtaken by step ' || spell.last_step
        end as reason
    from follow_up_task as task
    inner join arrears_spell as spell on spell.customer_id = task.customer_id and spell.spell_id = task.spell_id
    where
        task.state in ('open', 'overdue')
        and (spell.ended_date is not null or task.step < spell.last_step)
        and not exists (
            select 1 from follow_up_task_event as touch
            where
                touch.customer_id = task.customer_id and touch.task_id = task.task_id and touch.actor <> 'loudong'
        )
),

cancelled as (
    update follow_up_task
    set state = 'cancelled', closed_date = run.as_of_date, closed_by = 'loudong'
    from idle, decision_run as run
    where follow_up_task.customer_id = idle.customer_id and follow_up_task.task_id = idle.task_id
    returning follow_up_task.customer_id, follow_up_task.task_id, idle.state, idle.reason
)

insert into follow_up_task_event (customer_id, task_id, as_of_date, actor, from_state, to_state, reason, run_id)
select
    cancelled.customer_id,
    cancelled.task_id,
    run.as_of_date,
    'loudong',
    cancelled.state,
    'cancelled',
    cancelled.reason,
    run.run_id
from cancelled
cross join decision_run as run;
