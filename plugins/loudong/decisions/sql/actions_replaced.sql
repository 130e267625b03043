-- Proposed for this very date by an earlier run of it, and nobody has acted on it: it says what holds now.
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
    and customer_action.action_id = wanted.standing_id
    and not wanted.is_standing
    and wanted.is_replaceable;
