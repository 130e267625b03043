-- Every customer and date under both policies, with the loss expected of the exposure: pd (1 in default) x lgd x exposure.
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
    case when baseline.is_in_default then 1 else baseline.pd end
    * baseline_lgd.lgd * baseline.exposure_amount::double precision as baseline_loss,
    case when candidate.is_in_default then 1 else candidate.pd end
    * candidate_lgd.lgd * candidate.exposure_amount::double precision as candidate_loss
from baseline_customer as baseline
inner join candidate_customer as candidate
    on baseline.as_of_date = candidate.as_of_date and baseline.customer_id = candidate.customer_id
left join trial_lgd as baseline_lgd
    on baseline_lgd.side = 'baseline' and baseline_lgd.customer_type_code = coalesce(baseline.customer_type_code, '')
left join trial_lgd as candidate_lgd
    on candidate_lgd.side = 'candidate' and candidate_lgd.customer_type_code = coalesce(candidate.customer_type_code, '');

analyze trial_pair;
