-- What a run raised that was never published belongs to the run that now decides the date instead.
create temporary table decision_dead_run on commit drop as
select dead.run_id
from ops.run as dead
cross join decision_run as run
where
    dead.kind = 'daily'
    and dead.result_hash is null
    and dead.as_of_date <= run.as_of_date
    and dead.run_id <> run.run_id;

analyze decision_dead_run;

update risk.follow_up_task
set run_id = run.run_id
from decision_run as run, decision_dead_run as dead
where follow_up_task.run_id = dead.run_id and follow_up_task.state in ('open', 'overdue');

update risk.customer_action
set run_id = run.run_id
from decision_run as run, decision_dead_run as dead
where customer_action.run_id = dead.run_id and customer_action.state <> 'lapsed';
