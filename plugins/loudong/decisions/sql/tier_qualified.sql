-- The tier that pd and floors ask for, in every case of decision_case: the pd's by the cut-offs, raised by the strictest
-- floor met, of equals the first. `bound_*` is the strictest floor that no override reaches below.
create temporary table decision_qualified on commit drop as
with floor_of_customer as (
    select
        policy.policy_code,
        indicator.customer_id,
        max(policy.tier_rank) as tier_rank,
        (array_agg(policy.floor_code order by policy.tier_rank desc, policy.sort_order))[1] as floor_code,
        max(policy.tier_rank) filter (where not policy.is_overridable) as bound_rank,
        (
            array_agg(policy.floor_code order by policy.tier_rank desc, policy.sort_order)
            filter (where not policy.is_overridable)
        )[1] as bound_floor_code,
        jsonb_agg(
            jsonb_build_object(
                'floor_code', policy.floor_code,
                'indicator', policy.indicator,
                'value', indicator.value,
                'min_tier', policy.min_tier
            )
            order by policy.sort_order
        ) as trace
    from decision_indicator as indicator
    inner join decision_floor as policy on policy.indicator = indicator.indicator
    where meets(indicator.value, policy.operator, policy.threshold)
    group by policy.policy_code, indicator.customer_id
)

select
    asked.case_code,
    asked.customer_id,
    asked.pd,
    cutoff.tier as pd_tier,
    cutoff.tier_rank as pd_rank,
    greatest(cutoff.tier_rank, met.tier_rank) as tier_rank,
    case when met.tier_rank > cutoff.tier_rank then met.floor_code end as floor_code,
    coalesce(met.bound_rank, 1) as bound_rank,
    met.bound_floor_code,
    coalesce(met.trace, '[]'::jsonb) as floors
from decision_case as asked
inner join decision_cutoff as cutoff
    on
        cutoff.policy_code = asked.policy_code
        and asked.pd >= cutoff.min_pd
        and (cutoff.max_pd is null or asked.pd < cutoff.max_pd)
left join floor_of_customer as met
    on met.customer_id = asked.customer_id and met.policy_code = asked.policy_code;

create index on decision_qualified (customer_id);
analyze decision_qualified;
