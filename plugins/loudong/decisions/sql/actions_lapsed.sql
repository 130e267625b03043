-- Proposals that policy no longer asks for: they end the day before. What a person approved is ended by no run.
with dropped as (
    select
        proposal.customer_id,
        proposal.action_id,
        greatest(proposal.period_start_date, run.as_of_date - 1) as period_end_date,
        case
            when wanted.is_wanted then wanted.standard_code || ' is asked for now'
            else proposal.standard_code || ' is no longer asked for'
        end as reason
    from customer_action as proposal
    cross join decision_run as run
    inner join decision_customer as customer on customer.customer_id = proposal.customer_id
    left join decision_action as wanted
        on wanted.customer_id = proposal.customer_id and wanted.action_code = proposal.action_code
    where
        proposal.state = 'proposed'
        and (
            wanted.customer_id is null
            or not wanted.is_wanted
            or (not wanted.is_proposed and not wanted.is_replaceable)
        )
),

lapsed as (
    update customer_action
    set
        state = 'lapsed', lapsed_by = 'loudong', lapsed_date = run.as_of_date, period_end_date = dropped.period_end_date
    from dropped, decision_run as run
    where customer_action.customer_id = dropped.customer_id and customer_action.action_id = dropped.action_id
    returning customer_action.customer_id, customer_action.action_id, dropped.reason
)

insert into customer_action_event (
    customer_id, action_id, as_of_date, actor, from_state, to_state, reason, run_id
)
select lapsed.customer_id, lapsed.action_id, run.as_of_date, 'loudong', 'proposed', 'lapsed', lapsed.reason, run.run_id
from lapsed
cross join decision_run as run;
