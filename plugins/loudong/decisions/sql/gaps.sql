-- What holds at the end of the date, against which the books are read, and the contradictions that were found.
-- Restrictions count from their proposal on, and are marked as such; all else once a person approved it.
create temporary table decision_acting on commit drop as
select
    action.customer_id,
    action.action_id,
    action.action_code,
    action.intent,
    action.state <> 'proposed' as is_in_force,
    coalesce(action.in_force_from_date, action.period_start_date) as from_date
from customer_action as action
cross join decision_run as run
inner join decision_customer as customer on customer.customer_id = action.customer_id
where
    action.state <> 'lapsed'
    and coalesce(action.in_force_from_date, action.period_start_date) <= run.as_of_date
    and action.period_end_date >= run.as_of_date;

create index on decision_acting (customer_id);
analyze decision_acting;

create temporary table decision_gap (
    customer_id text not null,
    gap_code text not null,
    subject_id text not null,
    action_id bigint not null,
    is_in_force boolean not null,
    from_date date not null,
    evidence jsonb not null
) on commit drop;
