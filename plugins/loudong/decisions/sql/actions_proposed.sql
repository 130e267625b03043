-- An action of this date that a person let lapse is not proposed again: the unique key holds it.
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
where not wanted.is_standing and not wanted.is_replaceable
on conflict (customer_id, action_code, period_start_date) do nothing;
