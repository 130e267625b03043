-- How far each spell was dunned.
update arrears_spell
set last_step = task.step
from (
    select asked.customer_id, asked.spell_id, max(asked.step) as step
    from follow_up_task as asked
    inner join decision_run as run on asked.created_date = run.as_of_date
    where asked.spell_id is not null
    group by asked.customer_id, asked.spell_id
) as task
where
    arrears_spell.customer_id = task.customer_id
    and arrears_spell.spell_id = task.spell_id
    and arrears_spell.last_step < task.step;

-- Cancelled by an earlier run of this date because the arrears were gone, which they are not.
with reopened as (
    update follow_up_task
    set state = case when follow_up_task.due_date < run.as_of_date then 'overdue' else 'open' end,
        closed_date = null,
        closed_by = null
    from arrears_spell as spell, decision_run as run
    where
        follow_up_task.customer_id = spell.customer_id
        and follow_up_task.spell_id = spell.spell_id
        and follow_up_task.step = spell.last_step
        and spell.ended_date is null
        and follow_up_task.state = 'cancelled'
        and follow_up_task.closed_by = 'loudong'
        and follow_up_task.closed_date = run.as_of_date
    returning follow_up_task.customer_id, follow_up_task.task_id, follow_up_task.state
)

insert into follow_up_task_event (customer_id, task_id, as_of_date, actor, from_state, to_state, reason, run_id)
select
    reopened.customer_id,
    reopened.task_id,
    run.as_of_date,
    'loudong',
    'cancelled',
    reopened.state,
    'the date was run again: the customer is past due',
    run.run_id
from reopened
cross join decision_run as run;
