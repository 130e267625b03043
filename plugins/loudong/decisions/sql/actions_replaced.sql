-- Proposed for this very date by an earlier run of it, and nobody has acted on it: it says what is asked for now.
with replaced as (
    update customer_action
    set
        tier = wanted.tier,
        standard_code = wanted.standard_code,
        intent = wanted.intent,
        period_end_date = customer_action.period_start_date + wanted.period_days - 1,
        policy_version = run.policy_version,
        policy_row = wanted.policy_row,
        run_id = run.run_id
    from decision_action as wanted, decision_run as run
    where
        customer_action.customer_id = wanted.customer_id
        and customer_action.action_id = wanted.proposal_id
        and wanted.is_wanted
        and not wanted.is_proposed
        and wanted.is_replaceable
    returning customer_action.customer_id, customer_action.action_id, customer_action.standard_code
)

insert into customer_action_event (
    customer_id, action_id, as_of_date, actor, from_state, to_state, reason, run_id
)
select
    replaced.customer_id,
    replaced.action_id,
    run.as_of_date,
    'loudong',
    'proposed',
    'proposed',
    'the date was run again: ' || replaced.standard_code || ' is asked for',
    run.run_id
from replaced
cross join decision_run as run;
