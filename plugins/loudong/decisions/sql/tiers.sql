-- The tier of the pd, raised by the strictest floor that the customer meets. Own rows are replaced.
delete from customer_tier using decision_run as run
where customer_tier.run_id = run.run_id;

with cutoff as (
    select
        tier,
        min_pd::double precision as min_pd,
        max_pd::double precision as max_pd,
        array_position(array['low', 'medium', 'high'], tier) as tier_rank
    from policy_tier_cutoff
),

floor_hit as (
    select
        indicator.customer_id,
        policy.floor_code,
        policy.min_tier,
        policy.sort_order::integer as sort_order,
        array_position(array['low', 'medium', 'high'], policy.min_tier) as tier_rank,
        jsonb_build_object(
            'floor_code', policy.floor_code,
            'indicator', policy.indicator,
            'value', indicator.value,
            'min_tier', policy.min_tier
        ) as trace
    from decision_indicator as indicator
    inner join policy_tier_floor as policy on policy.indicator = indicator.indicator
    where meets(indicator.value, policy.operator, policy.threshold::double precision)
),

floor_of_customer as (
    select
        customer_id,
        (array_agg(floor_code order by tier_rank desc, sort_order))[1] as floor_code,
        (array_agg(min_tier order by tier_rank desc, sort_order))[1] as min_tier,
        max(tier_rank) as tier_rank,
        jsonb_agg(trace order by sort_order) as trace
    from floor_hit
    group by customer_id
),

decided as (
    select
        customer.customer_id,
        customer.pd,
        customer.previous_tier,
        cutoff.tier as pd_tier,
        floor_of_customer.floor_code,
        floor_of_customer.min_tier,
        coalesce(floor_of_customer.trace, '[]'::jsonb) as floor_trace,
        coalesce(floor_of_customer.tier_rank > cutoff.tier_rank, false) as is_raised
    from decision_customer as customer
    inner join cutoff on customer.pd >= cutoff.min_pd and (cutoff.max_pd is null or customer.pd < cutoff.max_pd)
    left join floor_of_customer on floor_of_customer.customer_id = customer.customer_id
)

insert into customer_tier (
    customer_id, as_of_date, run_id, tier, previous_tier, pd_tier, decided_by, floor_code, policy_version, trace
)
select
    decided.customer_id,
    run.as_of_date,
    run.run_id,
    case when decided.is_raised then decided.min_tier else decided.pd_tier end,
    decided.previous_tier,
    decided.pd_tier,
    case when decided.is_raised then 'floor' else 'pd' end,
    case when decided.is_raised then decided.floor_code end,
    run.policy_version,
    jsonb_build_object(
        'pd', decided.pd,
        'pd_tier', decided.pd_tier,
        'floors', decided.floor_trace,
        'previous_tier', decided.previous_tier,
        'previous_date', run.previous_date
    )
from decided
cross join decision_run as run;
