-- Proposals whose period went by without anybody acting on them.
update customer_action
set state = 'lapsed'
from decision_run as run
where customer_action.state = 'proposed' and customer_action.period_end_date < run.as_of_date;
