-- Another standard is demanded now: what stands ends the day before the new one begins.
update customer_action
set state = 'lapsed', period_end_date = wanted.period_start_date - 1
from decision_action as wanted
where
    customer_action.customer_id = wanted.customer_id
    and customer_action.action_id = wanted.standing_id
    and not wanted.is_standing
    and not wanted.is_replaceable;
