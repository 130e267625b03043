update follow_up_task
set state = 'overdue'
from decision_run as run
where follow_up_task.state = 'open' and follow_up_task.due_date < run.as_of_date;
