-- Writes the tiers, each with what decided it and all that the decision saw. Own rows are replaced.
delete from customer_tier using decision_run as run
where customer_tier.run_id = run.run_id and customer_tier.as_of_date = run.as_of_date;

with reason as (
    select
        decided.*,
        (array['low', 'medium', 'high'])[decided.tier_rank] as qualified_tier,
        (array['low', 'medium', 'high'])[decided.rule_rank] as rule_tier,
        (array['low', 'medium', 'high'])[decided.final_rank] as tier,
        case
            when decided.final_rank <> decided.rule_rank then 'override'
            when decided.rule_rank > decided.tier_rank then 'cooldown'
            when decided.tier_rank > decided.pd_rank then 'floor'
            else 'pd'
        end as decided_by,
        case decided.held_rank when 3 then decided.below_high_since_date when 2 then decided.below_medium_since_date end
            as held_since_date,
        case decided.held_rank when 3 then decided.high_days when 2 then decided.medium_days end as held_days
    from decision_tier as decided
)

insert into customer_tier (
    customer_id, as_of_date, run_id, tier, previous_tier, pd_tier, qualified_tier, rule_tier, decided_by, floor_code,
    override_id, below_medium_since_date, below_high_since_date, policy_version, trace
)
select
    reason.customer_id,
    run.as_of_date,
    run.run_id,
    reason.tier,
    customer.previous_tier,
    reason.pd_tier,
    reason.qualified_tier,
    reason.rule_tier,
    reason.decided_by,
    case when reason.decided_by = 'floor' then reason.floor_code end,
    reason.override_id,
    reason.below_medium_since_date,
    reason.below_high_since_date,
    run.policy_version,
    case when run.is_traced then jsonb_build_object(
        'pd', reason.pd,
        'pd_tier', reason.pd_tier,
        'floors', reason.floors,
        'qualified_tier', reason.qualified_tier,
        'below_medium_since_date', reason.below_medium_since_date,
        'below_high_since_date', reason.below_high_since_date,
        'cooldown', case when reason.rule_rank > reason.tier_rank then jsonb_build_object(
            'tier', reason.rule_tier,
            'since_date', reason.held_since_date,
            'hold_days', reason.held_days,
            'falls_date', reason.held_since_date + reason.held_days
        ) end,
        'rule_tier', reason.rule_tier,
        'override', case when reason.override_id is not null then jsonb_build_object(
            'override_id', reason.override_id,
            'tier', (array['low', 'medium', 'high'])[reason.asked_rank],
            'made_by', reason.made_by,
            'because', reason.because,
            'expires_date', reason.expires_date,
            'bound_floor_code', case when reason.bound_rank > reason.asked_rank then reason.bound_floor_code end
        ) end,
        'previous_tier', customer.previous_tier,
        'previous_date', run.previous_date,
        'policy_row', case reason.decided_by
            when 'pd' then 'tier_cutoff.csv:' || reason.pd_tier
            when 'floor' then 'tier_floor.csv:' || reason.floor_code
            when 'cooldown' then 'tier_cooldown.csv:' || reason.rule_tier
        end
    ) else '{}' end
from reason
inner join decision_customer as customer on customer.customer_id = reason.customer_id
cross join decision_run as run;
