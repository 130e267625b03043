-- Each change of tier in parts. One thing after the other takes its present state, the rest stays as it was on the
-- previous date; a part is what the tier moved by then. An override of then asks for its tier, bound by the floors met.
delete from tier_move using decision_run as run
where tier_move.run_id = run.run_id;

with swapped as (
    select
        move.*,
        decided.final_rank,
        tier_rank(move.previous_tier) as previous_rank,
        case
            when move.asked_before_rank is null then greatest(by_data.tier_rank, move.held_before_rank)
            else greatest(move.asked_before_rank, by_data.bound_rank)
        end as data_rank,
        case
            when move.asked_before_rank is null then greatest(by_model.tier_rank, move.held_before_rank)
            else greatest(move.asked_before_rank, by_model.bound_rank)
        end as model_rank,
        case
            when move.asked_before_rank is null then greatest(decided.tier_rank, move.held_before_rank)
            else greatest(move.asked_before_rank, decided.bound_rank)
        end as policy_rank,
        case
            when move.asked_before_rank is null then decided.rule_rank
            else greatest(move.asked_before_rank, decided.bound_rank)
        end as cooldown_rank,
        coalesce(move.points_by_model_before, move.points_now) as data_points
    from decision_move as move
    inner join decision_tier as decided on decided.customer_id = move.customer_id
    left join decision_qualified as by_data on by_data.customer_id = move.customer_id and by_data.case_code = 'data'
    left join decision_qualified as by_model on by_model.customer_id = move.customer_id and by_model.case_code = 'model'
)

insert into tier_move (
    customer_id, as_of_date, run_id, previous_date, previous_tier, tier, tier_steps, score_points,
    new_data_steps, new_data_points, late_correction_steps, late_correction_points, model_steps, model_points,
    policy_steps, cooldown_steps, override_steps, is_late_correction_known, is_model_known
)
select
    swapped.customer_id,
    run.as_of_date,
    run.run_id,
    run.previous_date,
    swapped.previous_tier,
    (array['low', 'medium', 'high'])[swapped.final_rank],
    swapped.final_rank - swapped.previous_rank,
    swapped.points_now - swapped.points_before,
    swapped.data_rank - swapped.previous_rank,
    swapped.data_points - swapped.points_before,
    0,
    0,
    swapped.model_rank - swapped.data_rank,
    swapped.points_now - swapped.data_points,
    swapped.policy_rank - swapped.model_rank,
    swapped.cooldown_rank - swapped.policy_rank,
    swapped.final_rank - swapped.cooldown_rank,
    not swapped.is_late,
    swapped.pd_by_model_before is not null
from swapped
cross join decision_run as run;
