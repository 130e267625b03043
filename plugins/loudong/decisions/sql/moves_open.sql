-- Customers whose tier differs from that of the newest published date before, and what stood for them then.
create temporary table decision_move on commit drop as
select
    customer.customer_id,
    feature.building_id,
    feature.industry_code,
    previous.tier as previous_tier,
    -- What the cooldown held then; nothing where the tier was qualified for.
    case when previous.rule_tier <> previous.qualified_tier then tier_rank(previous.rule_tier) end as held_before_rank,
    tier_rank(override.tier) as asked_before_rank,
    score_before.score_points as points_before,
    customer.score_points as points_now,
    previous.policy_version as policy_before,
    score_before.model_name as model_name_before,
    score_before.model_version as model_version_before,
    customer.pd,
    -- Pd and points of what is known now by the model of then; null where that cannot be had.
    customer.pd as pd_by_model_before,
    customer.score_points as points_by_model_before,
    false as is_late
from decision_tier as decided
cross join decision_run as run
inner join decision_customer as customer on customer.customer_id = decided.customer_id
inner join customer_tier as previous
    on
        previous.run_id = run.previous_run_id
        and previous.as_of_date = run.previous_date
        and previous.customer_id = decided.customer_id
inner join decision_mart as feature on feature.customer_id = decided.customer_id
left join customer_score as score_before
    on
        score_before.run_id = previous.run_id
        and score_before.as_of_date = previous.as_of_date
        and score_before.customer_id = previous.customer_id
left join tier_override as override
    on override.customer_id = previous.customer_id and override.override_id = previous.override_id
where tier_rank(previous.tier) <> decided.final_rank;

create unique index on decision_move (customer_id);
analyze decision_move;
