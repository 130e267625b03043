-- Every customer and date under both policies.
create temporary table trial_pair as
select
    candidate.as_of_date,
    candidate.customer_id,
    coalesce(candidate.building_id, '') as building_id,
    candidate.exposure_amount,
    baseline.pd as baseline_pd,
    candidate.pd as candidate_pd,
    baseline.tier as baseline_tier,
    candidate.tier as candidate_tier,
    baseline.decided_by as baseline_by,
    candidate.decided_by as candidate_by,
    baseline.floor_code as baseline_floor,
    candidate.floor_code as candidate_floor,
    baseline.is_alerted as baseline_alerted,
    candidate.is_alerted as candidate_alerted,
    candidate.is_in_default,
    baseline.expected_loss_amount::double precision as baseline_loss,
    candidate.expected_loss_amount::double precision as candidate_loss
from baseline_customer as baseline
inner join candidate_customer as candidate
    on baseline.as_of_date = candidate.as_of_date and baseline.customer_id = candidate.customer_id;

analyze trial_pair;
