-- Cut-offs and floors of the policy before, from its record. What an older release did not say of a floor: it may be
-- overridden.
insert into decision_cutoff (policy_code, tier, tier_rank, min_pd, max_pd)
select
    'before',
    item.value ->> 'tier',
    tier_rank(item.value ->> 'tier'),
    (item.value ->> 'min_pd')::double precision,
    nullif(item.value ->> 'max_pd', '')::double precision
from (select distinct policy_before from decision_move) as move
inner join ops.policy_version as policy on policy.policy_version = move.policy_before
cross join lateral jsonb_array_elements(policy.content -> 'tier_cutoff') as item (value);

insert into decision_floor (
    policy_code, floor_code, indicator, operator, threshold, min_tier, tier_rank, sort_order, is_overridable
)
select
    'before',
    item.value ->> 'floor_code',
    item.value ->> 'indicator',
    item.value ->> 'operator',
    (item.value ->> 'threshold')::double precision,
    item.value ->> 'min_tier',
    tier_rank(item.value ->> 'min_tier'),
    (item.value ->> 'sort_order')::integer,
    coalesce(item.value ->> 'is_overridable', 'yes') = 'yes'
from (select distinct policy_before from decision_move) as move
inner join ops.policy_version as policy on policy.policy_version = move.policy_before
cross join lateral jsonb_array_elements(policy.content -> 'tier_floor') as item (value);
