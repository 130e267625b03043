-- What was proposed or in force until a day before the date: its period is over.
with ended as (
    select action.customer_id, action.action_id, action.state, action.period_end_date
    from customer_action as action
    cross join decision_run as run
    where action.state <> 'lapsed' and action.period_end_date < run.as_of_date
),

lapsed as (
    update customer_action
    set state = 'lapsed', lapsed_by = 'loudong', lapsed_date = ended.period_end_date + 1
    from ended
    where customer_action.customer_id = ended.customer_id and customer_action.action_id = ended.action_id
    returning customer_action.customer_id, customer_action.action_id
)

insert into customer_action_event (
    customer_id, action_id, as_of_date, actor, from_state, to_state, reason, run_id
)
select
    lapsed.customer_id,
    lapsed.action_id,
    run.as_of_date,
    'loudong',
    ended.state,
    'lapsed',
    'its period ended on ' || ended.period_end_date,
    run.run_id
from lapsed
inner join ended on ended.customer_id = lapsed.customer_id and ended.action_id = lapsed.action_id
cross join decision_run as run;
