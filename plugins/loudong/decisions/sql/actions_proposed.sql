-- A proposal of the same first day that an earlier run dropped is taken up again.
with proposed as (
    insert into customer_action (
        customer_id, action_code, period_start_date, period_end_date, tier, standard_code, intent,
        policy_version, policy_row, run_id
    )
    select
        wanted.customer_id,
        wanted.action_code,
        wanted.period_start_date,
        wanted.period_start_date + wanted.period_days - 1,
        wanted.tier,
        wanted.standard_code,
        wanted.intent,
        run.policy_version,
        wanted.policy_row,
        run.run_id
    from decision_action as wanted
    cross join decision_run as run
    where wanted.is_wanted and not wanted.is_proposed and not wanted.is_replaceable
    on conflict (customer_id, action_code, period_start_date) do update
    set
        state = 'proposed',
        lapsed_by = null,
        lapsed_date = null,
        in_force_from_date = null,
        approved_by = null,
        period_end_date = excluded.period_end_date,
        tier = excluded.tier,
        standard_code = excluded.standard_code,
        intent = excluded.intent,
        policy_version = excluded.policy_version,
        policy_row = excluded.policy_row,
        run_id = excluded.run_id
    where customer_action.lapsed_by = 'loudong'
    returning customer_id, action_id, policy_row
)

insert into customer_action_event (
    customer_id, action_id, as_of_date, actor, from_state, to_state, reason, run_id
)
select
    proposed.customer_id,
    proposed.action_id,
    run.as_of_date,
    'loudong',
    null,
    'proposed',
    'asked for by ' || proposed.policy_row,
    run.run_id
from proposed
cross join decision_run as run;
