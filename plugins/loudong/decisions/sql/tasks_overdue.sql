with late as (
    update follow_up_task
    set state = 'overdue'
    from decision_run as run
    where follow_up_task.state = 'open' and follow_up_task.due_date < run.as_of_date
    returning follow_up_task.customer_id, follow_up_task.task_id, follow_up_task.due_date
)

insert into follow_up_task_event (customer_id, task_id, as_of_date, actor, from_state, to_state, reason, run_id)
select
    late.customer_id,
    late.task_id,
    run.as_of_date,
    'loudong',
    'open',
    'overdue',
    'it was due on ' || late.due_date,
    run.run_id
from late
cross join decision_run as run;
